import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { renameSync, rmSync, rmdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLoader } from '../../core/load/loader.ts'
import { openLayer } from '../../core/load/open-layers.ts'
import { diskFiles } from '../../core/vfs/disk.ts'
import { createGate } from '../../core/vfs/gate.ts'
import type { Path } from '../../core/vfs/path.ts'
import { saidEach } from './ground.ts'

/** What a run of raced calls found. */
export interface RaceReport {
  readonly reads: number
  readonly writes: number
  /** Answers that held the canary or were about something outside. */
  readonly escaped: number
  readonly changedOutside: number
  /** Calls that met the link and were refused: without them nothing was raced. */
  readonly refused: number
  /** The same raced by `realpath` then `readFile`, and by `lstat` then a removal that trusts it. */
  readonly baseline: { readonly reads: number; readonly leaked: number; readonly removed: number }
}

interface Ground {
  readonly outer: string
  readonly root: string
  readonly canary: string
}

const inTree = Array.from({ length: 12 }, (_, index) => `f${index}.md`)

/** Beside the root a victim with the same names; in the root folders, files and links to the victim that can be exchanged. */
function makeGround(): Ground {
  const outer = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-race-')))
  const root = join(outer, 'root')
  const canary = randomBytes(16).toString('hex')
  mkdirSync(join(outer, 'victim/sub/deep'), { recursive: true })
  mkdirSync(join(root, 'door/sub/deep'), { recursive: true })
  for (const name of ['inside.md', 'sub/x.md', `name-${canary}.md`, ...inTree])
    writeFileSync(join(outer, 'victim', name), `# ${canary}\n`)
  writeFileSync(join(root, 'door/inside.md'), '# inside\n')
  writeFileSync(join(root, 'door/sub/x.md'), '# inside\n')
  writeFileSync(join(root, 'file.md'), '# inside\n')
  symlinkSync('../victim', join(root, 'door-link'))
  symlinkSync('../victim/inside.md', join(root, 'file-link'))
  return { outer, root, canary }
}

/** Makes the tree elsewhere and puts it in its place at once: names in it are exchanged as soon as they are there. */
async function placeTree(root: string, remove: (path: Path) => Promise<void>): Promise<void> {
  const next = join(root, 'next')
  mkdirSync(join(next, 'd'), { recursive: true })
  for (const name of inTree) writeFileSync(join(next, 'd', name), 'x')
  symlinkSync('../../victim', join(next, 'l'))
  while (lstatSync(join(root, 'tree'), { throwIfNoEntry: false }))
    await remove('tree' as Path).catch(() => undefined)
  renameSync(next, join(root, 'tree'))
}

/** Names, kinds, permissions, times and bytes of everything below. */
function hashOf(folder: string): string {
  const hash = createHash('sha256')
  const visit = (at: string): void => {
    const { mode, mtimeNs, ino } = lstatSync(at, { bigint: true })
    hash.update(`${at} ${mode} ${mtimeNs} ${ino}\n`)
    if (lstatSync(at).isFile()) hash.update(readFileSync(at))
    if (lstatSync(at).isDirectory()) for (const name of readdirSync(at).sort()) visit(join(at, name))
  }
  visit(folder)
  return hash.digest('hex')
}

async function exchanging(program: string, names: readonly string[]): Promise<() => void> {
  const child = spawn(program, names, { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  return () => child.kill('SIGKILL')
}

interface Counts {
  reads: number
  writes: number
  escaped: number
  changedOutside: number
  refused: number
}

async function race(
  program: string,
  wanted: { reads: number; writes: number },
  off: boolean,
): Promise<RaceReport> {
  const ground = makeGround()
  const { outer, root, canary } = ground
  const untouched = hashOf(join(outer, 'victim'))
  const counts: Counts = { reads: 0, writes: 0, escaped: 0, changedOutside: 0, refused: 0 }
  const stop = await exchanging(program, [
    join(root, 'door'),
    join(root, 'door-link'),
    join(root, 'file.md'),
    join(root, 'file-link'),
    join(root, 'tree/d'),
    join(root, 'tree/l'),
  ])
  try {
    const reading = await readings(root, off)
    while (counts.reads < wanted.reads) for (const read of reading) await judge(counts, 'reads', read, canary)
    const baseline = raceBaseline(root, canary, wanted.reads)
    const writing = writings(root, off)
    while (counts.writes < wanted.writes)
      for (const write of writing) await judge(counts, 'writes', write, canary)
    if (hashOf(join(outer, 'victim')) !== untouched) counts.changedOutside++
    const removed = await raceCarelessRemoval(ground)
    return { ...counts, baseline: { ...baseline, removed } }
  } finally {
    stop()
    rmSync(outer, { recursive: true, force: true })
  }
}

/** One call through each door that reads: bytes, names, and what is known of a file. */
async function readings(root: string, off: boolean): Promise<(() => unknown)[]> {
  const files = diskFiles({ root, gate: createGate({ off }) })
  const layer = await openLayer({ name: 'project', label: '', files, homes: [] })
  const loader = createLoader({
    aliases: new Set(),
    virtual: () => undefined,
    references: () => [],
    parse: (draft) => draft,
    validate: () => [],
    exists: () => false,
  })
  const load = (path: string) => () => loader.load({ layer, path: path as Path })
  const text = (path: string) => () => Buffer.from(files.sync.read(path as Path)).toString('latin1')
  // The victim's file is longer, so its size gives it away.
  const size = (path: string) => () => ({ size: files.sync.stat(path as Path)?.size })
  const each =
    (...paths: string[]) =>
    () =>
      saidEach(files.sync, ...(paths as Path[]))
  const stamps =
    (...paths: string[]) =>
    () =>
      files.sync.stamps!(paths as Path[])
  return [
    ...['door/inside.md', 'door/sub/x.md', 'file.md', 'door-link/inside.md', 'file-link'].map(text),
    ...['door/inside.md', 'file.md'].map(size),
    ...['door/inside.md', 'file.md'].map(load),
    each('door/inside.md', 'door/sub/x.md', 'file.md'),
    each('door/sub/x.md'),
    stamps('door/inside.md', 'door/sub/x.md'),
    stamps('door/sub/x.md', 'file.md', 'file-link'),
    () => files.sync.list('door' as Path),
    () => files.sync.list('door/sub' as Path),
  ]
}

function writings(root: string, off: boolean): (() => unknown)[] {
  const files = diskFiles({ root, gate: createGate({ off }) })
  let made = 0
  return [
    () => files.write('door/inside.md' as Path, '# inside\n'),
    () => files.write('file.md' as Path, '# inside\n'),
    () => files.write(`door/sub/new${made++ % 8}.md` as Path, 'new'),
    () => files.makeFolder(`door/made${made++ % 8}/deep` as Path),
    () => files.remove(`door/made${made % 8}` as Path),
    () => files.remove('door/inside.md' as Path),
    () => placeTree(root, files.remove),
    () => files.remove('tree' as Path),
  ]
}

async function judge(
  counts: Counts,
  kind: 'reads' | 'writes',
  call: () => unknown,
  canary: string,
): Promise<void> {
  counts[kind]++
  let said: string
  try {
    said = JSON.stringify(await call()) ?? ''
  } catch (thrown) {
    said = String(thrown)
  }
  if (said.includes(canary) || said.includes(`"size":${canary.length + 3}`)) counts.escaped++
  if (said.includes('inside the root')) counts.refused++
}

/** What a careless program does, so that it is known that the race is on. */
function raceBaseline(root: string, canary: string, most: number): { reads: number; leaked: number } {
  const path = join(root, 'door/inside.md')
  let reads = 0
  let leaked = 0
  // Until it has leaked: how many reads that takes is the scheduler's choice.
  while (reads < most || (leaked === 0 && reads < 2_000_000)) {
    reads++
    try {
      if (!realpathSync(path).startsWith(`${root}/`)) continue
      if (readFileSync(path, 'latin1').includes(canary)) leaked++
    } catch {
      continue
    }
  }
  return { reads, leaked }
}

/** How often a removal that looks at names loses files of the victim, in as many trees as it takes. */
async function raceCarelessRemoval({ outer, root }: Ground): Promise<number> {
  const { remove } = diskFiles({ root })
  let lost = 0
  for (let tree = 0; tree < 20_000 && lost === 0; tree++) {
    await placeTree(root, remove)
    try {
      removeByName(join(root, 'tree'))
    } catch {
      // Refused half way: what counts is what is gone.
    }
    lost += inTree.filter((name) => !lstatSync(join(outer, 'victim', name), { throwIfNoEntry: false })).length
  }
  return lost
}

function removeByName(at: string): void {
  if (!lstatSync(at).isDirectory()) {
    unlinkSync(at)
    return
  }
  for (const name of readdirSync(at)) removeByName(join(at, name))
  rmdirSync(at)
}

const [program, reads = '0', writes = '0', off] = process.argv.slice(2)
if (program !== undefined)
  process.stdout.write(
    JSON.stringify(await race(program, { reads: Number(reads), writes: Number(writes) }, off === 'off')),
  )
