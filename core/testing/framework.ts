import { createClock } from '../base/clock.ts'
import type { Framework } from '../facade.ts'
import { createFramework, type FrameworkOptions } from '../framework.ts'
import type { WritableFiles } from '../vfs/file-system.ts'
import { memoryFiles } from '../vfs/memory.ts'
import { type FileFault, injectFileFaults, readTexts } from './file-faults.ts'
import { createTestPrograms, type StartedProgram, type TestProgram } from './programs.ts'

/** What a test framework is made from: texts by path, and the plugins under test. */
export interface TestFrameworkOptions extends Omit<FrameworkOptions, 'files' | 'root' | 'programs'> {
  readonly files: Readonly<Record<string, string>>
  /** What goes wrong with the files. */
  readonly faults?: readonly FileFault[]
  /** Stand-ins for programs. With them programs run although the files are in memory, and no other is found. */
  readonly programs?: readonly TestProgram[]
}

/** A framework over files in memory. */
export interface TestFramework extends Framework {
  /** The files themselves, without faults. */
  readonly files: WritableFiles
  /** Every text by path: what a run left. */
  texts(): Promise<Record<string, string>>
  /** The programs that were started, in order. */
  readonly started: readonly StartedProgram[]
}

/** The plugins of each test framework that was not disposed. */
const openFrameworks = new Map<object, readonly string[]>()

/**
 * A framework over files in memory, without configuration and without the built-in modules unless `builtIn` is true. Only
 * the plugins named are applied; dispose it at the end of the test.
 */
export async function createTestFramework(options: TestFrameworkOptions): Promise<TestFramework> {
  const { files: texts, faults, programs, ...rest } = options
  const files = memoryFiles(texts)
  const clock = options.clock ?? createClock()
  const standIns = programs && createTestPrograms(programs, clock)
  const framework = await createFramework({
    builtIn: false,
    plugins: [],
    ...rest,
    clock,
    ...(standIns && { programs: standIns.run }),
    files: faults ? injectFileFaults(files, faults) : files,
    config: false,
  })
  const dispose = framework.dispose.bind(framework)
  openFrameworks.set(
    framework,
    (rest.plugins ?? []).map(({ plugin }) => plugin.name),
  )
  return Object.assign(framework, {
    files,
    texts: () => readTexts(files),
    started: standIns?.started ?? [],
    async dispose() {
      openFrameworks.delete(framework)
      await dispose()
    },
  })
}

/** The test frameworks that are open now, each with the names of its plugins. */
export function findOpenFrameworks(): ReadonlyMap<object, readonly string[]> {
  return new Map(openFrameworks)
}
