import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { constants as osConstants } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { HeddleError } from './diagnostic.ts'

/**
 * What holds a program. `none`: a process group, which a program may leave. `namespace`: a PID namespace, of which nothing is
 * left when the program has ended, or we have, however either ended. `overlay`: the same, with a folder whose changes are kept
 * aside.
 */
export type Isolation = 'none' | 'namespace' | 'overlay'

/** A folder of the machine that the program sees with `layers` over it; what it changes there goes to `upper`. */
export interface OverlayMount {
  readonly folder: string
  /** Absolute folders, the uppermost first. */
  readonly layers: readonly string[]
  readonly upper: string
  /** An empty folder on the same file system as `upper`. */
  readonly work: string
  /** A file with the paths below `folder` that the program must not find, each ended by NUL. */
  readonly removals?: string
  /** A file that gets, each ended by NUL, what the program left in every folder that it changed. */
  readonly names: string
}

/** How namespaces are made on this machine. */
export interface NamespaceWay {
  /** True when a user namespace is needed too: programs keep their user, but see files of others as nobody's. */
  readonly user: boolean
  readonly flags: readonly string[]
}

const common = ['--mount', '--pid', '--fork', '--kill-child']
const asUser = ['--user', '--map-current-user']
const ways: readonly NamespaceWay[] = [
  { user: false, flags: [...common, '--mount-proc'] },
  { user: true, flags: [...asUser, ...common, '--mount-proc'] },
  // Where parts of /proc are masked no other may be mounted: programs then see the one of the machine.
  { user: false, flags: common },
  { user: true, flags: [...asUser, ...common] },
]
const probeMs = 2_000
let found: Promise<NamespaceWay | undefined> | undefined

/** The way to make namespaces here, tried out once per process; undefined where there is none. */
export function findNamespaceWay(): Promise<NamespaceWay | undefined> {
  return (found ??= tryWays())
}

async function tryWays(): Promise<NamespaceWay | undefined> {
  if (process.platform !== 'linux') return undefined
  const isRoot = process.geteuid?.() === 0
  for (const way of ways) if ((way.user || isRoot) && (await works(way))) return way
  return undefined
}

function works({ flags }: NamespaceWay): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('unshare', [...flags, '/bin/sh', '-c', 'test $$ = 1'], {
      stdio: 'ignore',
      timeout: probeMs,
    })
    child.once('error', () => resolve(false)).once('exit', (code) => resolve(code === 0))
  })
}

/** The diagnostic of an isolation that was asked for and is not to be had. */
export function isolationUnavailable(isolation: Isolation, why: string): HeddleError {
  return new HeddleError({
    code: 'ISOLATION_UNAVAILABLE',
    severity: 'error',
    message: `The isolation "${isolation}" is not available here: ${why}.`,
    hint: 'Allow user namespaces on this machine, or set the isolation "none".',
  })
}

/** Where our own messages, the program's error output and our sign of life go. */
export const statusAt = 2
export const errorsAt = 3
export const lifelineAt = 4

/**
 * The first process of the namespace. While the lifeline is open we are alive; when it closes, everything ends. It takes in
 * orphans, and ends when the program has: then the machine ends whatever else is left in the namespace. Its own error output
 * tells what it could not do; the mark in it says that from there on it is up to the program.
 */
const begin = `
{ trap '' HUP INT QUIT TERM; read _; while :; do kill -9 -1; done; } <&4 >/dev/null 2>&1 3>&- 4<&- &
exec 4<&-`
const run = `
printf . >&2
(exec "$@" 2>&3 3>&-)
`
const namespaceScript = `${begin}${run}exit $?`
/** What was made ready by others is mounted; the names are taken when nobody can change them any more. */
const overlayScript = `${begin}
folder=$1 cwd=$2 options=$3 upper=$4 names=$5 removals=$6
cd "$folder" && mount -t overlay heddle -o "$options" "$folder" && cd "$folder" || exit 125
if [ -n "$removals" ]; then xargs -0 rm -rf -- < "$removals" || exit 125; fi
cd "$cwd" || exit 124
shift 6${run}
code=$?
kill -9 -1 2>/dev/null
cd "$upper" && find . -type d -print0 | { cd "$folder" && xargs -0 sh -c 'exec find "$@" -mindepth 1 -maxdepth 1 -print0' sh; } > "$names" || exit 125
exit $code`

/** What is started in place of a program to hold it in a namespace. */
export interface Enclosed {
  readonly program: string
  readonly arguments: readonly string[]
  readonly stdio: ('pipe' | 'ignore')[]
}

export interface Enclosing {
  readonly way: NamespaceWay
  readonly cwd: string
  readonly overlay?: OverlayMount | undefined
}

/** Encloses a program, given by its path, so that no shell looks it up. */
export function enclose(words: readonly string[], { way, cwd, overlay }: Enclosing): Enclosed {
  const script = overlay ? overlayScript : namespaceScript
  const flags = overlay && way.user ? [...way.flags, '--keep-caps'] : way.flags
  // Mounting takes rights that the program must not have.
  const dropping =
    overlay && way.user ? [findProgram('setpriv', cwd), '--ambient-caps=-all', '--inh-caps=-all', '--'] : []
  const parameters = overlay
    ? [overlay.folder, cwd, mountOptions(overlay, way), overlay.upper, overlay.names, overlay.removals ?? '']
    : []
  return {
    program: 'unshare',
    arguments: [...flags, '/bin/sh', '-c', script, 'sh', ...parameters, ...dropping, ...words],
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
  }
}

/** The folder itself is named by where the mount is made from: its name may hold what options cannot. */
function mountOptions({ layers, upper, work }: OverlayMount, { user }: NamespaceWay): string {
  const lower = [...layers, '.'].join(':')
  const rest = ['redirect_dir=nofollow', 'metacopy=off', ...(user ? ['userxattr'] : [])]
  return [`lowerdir=${lower}`, `upperdir=${upper}`, `workdir=${work}`, ...rest].join(',')
}

/** The path of a program; throws what starting it would: ENOENT or EACCES. */
export function findProgram(program: string, cwd: string, path = process.env['PATH'] ?? ''): string {
  if (program.includes('/')) return checked(resolve(cwd, program))
  let refused: unknown
  for (const folder of path.split(delimiter)) {
    try {
      return checked(join(resolve(cwd, folder), program))
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'EACCES') refused ??= thrown
    }
  }
  throw refused ?? Object.assign(new Error(`${program} is not on PATH`), { code: 'ENOENT' })
}

function checked(path: string): string {
  if (statSync(path).isDirectory()) throw Object.assign(new Error(`${path} is a folder`), { code: 'EACCES' })
  accessSync(path, constants.X_OK)
  return path
}

/** How a program in a namespace ended, from the code of its first process and what that said. */
export interface EnclosedEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The fault of the machine, as an error of spawn names it, when the program was not run. */
  readonly fault?: string
}

const signalNumbers = new Map(Object.entries(osConstants.signals).map(([name, number]) => [number, name]))

/** The shell tells of signals as 128 and their number, and says so: a program may end with such a code by itself. */
export function readEnd(code: number | null, signal: NodeJS.Signals | null, status: string): EnclosedEnd {
  const mark = status.indexOf('.')
  const said = mark < 0 ? status : status.slice(mark + 1)
  const fault = faultOf(code, said, mark >= 0)
  if (fault !== undefined && signal === null) return { code, signal, fault }
  const name = code !== null && code > 128 && said.trim() !== '' ? signalNumbers.get(code - 128) : undefined
  return name === undefined ? { code, signal } : { code: null, signal: name as NodeJS.Signals }
}

function faultOf(code: number | null, said: string, hasBegun: boolean): string | undefined {
  if (/cannot fork|fork: |resource temporarily|cannot allocate|no space left/i.test(said)) return 'EAGAIN'
  if (!hasBegun) return code === 124 ? 'ENOENT' : 'EPERM'
  return code === 125 && said.trim() !== '' ? 'EPERM' : undefined
}
