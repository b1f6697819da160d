import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { defineOperation } from 'heddle'
import { type CpuProfile, hottest, type Hottest, readPythonProfile } from './hot-functions.ts'
import { type MeasuredCommand, measuredCommand } from './measured-command.ts'
import { spawnOf, type SpawnOptions, type Subject } from './subject.ts'

export interface ProfileOutput extends Hottest {
  readonly subject: string
  /** What made the profile; null when the command is of a kind that nothing here can profile. */
  readonly profiler: 'node' | 'python' | null
}

/** Runs a command once with a profiler of its language: every Node process of it, or Python's own interpreter. */
export const profileKind = defineOperation<MeasuredCommand, ProfileOutput>({
  kind: 'measure-profile',
  description: 'Runs a command once under a CPU profiler and names the functions that took most of the time',
  lane: 'process',
  effects: 'external',
  untraced: true,
  idempotent: false,
  input: (z) => z.strictObject(measuredCommand(z)),
  output: (z) =>
    z.strictObject({
      subject: z.string(),
      profiler: z.enum(['node', 'python']).nullable(),
      profiles: z.number(),
      busyMs: z.number(),
      idleShare: z.number(),
      functions: z.array(
        z.strictObject({
          name: z.string(),
          path: z.string(),
          line: z.number(),
          selfMs: z.number(),
          share: z.number(),
        }),
      ),
    }),
  async run({ subject, root, limitMs }, context) {
    // A fresh private folder: whoever could put a file there would have it loaded by Node.
    const folder = await mkdtemp(join(tmpdir(), 'heddle-profile-'))
    try {
      const isPython = !subject.shell && /^python3?(?:\.\d+)?$/.test(basename(subject.program))
      const options = isPython ? withPython(subject, root, folder) : await withNode(subject, root, folder)
      await context.spawn({ ...options, deadlineMs: limitMs })
      const found = isPython
        ? await fromPython(subject.program, root, folder, context.spawn.bind(context))
        : hottest(await nodeProfiles(folder), root)
      const profiler = isPython ? 'python' : 'node'
      return { subject: subject.name, ...found, profiler: found.profiles > 0 ? profiler : null }
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    }
  },
  quality: (_, { profiles }) => ({ expected: profiles, analysed: profiles, truncated: false }),
})

/** Node takes no switch for its profiler from the environment, but it takes a file to load first. */
const preload = `'use strict'
const { Session } = require('node:inspector')
const session = new Session()
session.connect()
session.post('Profiler.enable')
session.post('Profiler.setSamplingInterval', { interval: 500 })
session.post('Profiler.start')
process.on('exit', () => {
  session.post('Profiler.stop', (error, result) => {
    if (!error) require('node:fs').writeFileSync(__dirname + '/' + process.pid + '-' + process.hrtime.bigint() + '.cpuprofile', JSON.stringify(result.profile))
  })
})
`

async function withNode(subject: Subject, root: string, folder: string): Promise<SpawnOptions> {
  const file = join(folder, 'profile.cjs')
  await writeFile(file, preload, { flag: 'wx', mode: 0o600 })
  const { env, ...how } = spawnOf(subject, root)
  return { ...how, env: { ...env, NODE_OPTIONS: `--require=${JSON.stringify(file)}` } }
}

async function nodeProfiles(folder: string): Promise<CpuProfile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile')).toSorted()
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
  return texts.flatMap((text) => {
    try {
      return [JSON.parse(text) as CpuProfile]
    } catch {
      // The process was ended while it wrote.
      return []
    }
  })
}

function withPython(subject: Subject, root: string, folder: string): SpawnOptions {
  const { arguments: words = [], ...how } = spawnOf(subject, root)
  return { ...how, arguments: ['-m', 'cProfile', '-o', join(folder, 'python.prof'), ...words] }
}

const printStatistics = `import json, pstats, sys
rows = [[name, path, line, own] for (path, line, name), (_, _, own, _, _) in pstats.Stats(sys.argv[1]).stats.items()]
print(json.dumps(sorted(rows, key=lambda row: -row[3])[:200]))
`

async function fromPython(
  program: string,
  root: string,
  folder: string,
  spawn: (options: SpawnOptions) => Promise<{ readonly stdout: string }>,
): Promise<Hottest> {
  const { stdout } = await spawn({
    program,
    arguments: ['-c', printStatistics, join(folder, 'python.prof')],
    cwd: root,
    deadlineMs: 30_000,
  })
  return readPythonProfile(stdout, root)
}
