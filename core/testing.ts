import type { Framework } from './facade.ts'
import { createFramework, type FrameworkOptions } from './framework.ts'
import { memoryFiles } from './vfs/memory.ts'
import type { WritableFiles } from './vfs/file-system.ts'

export { contractWorkbench } from './run/contract-kinds.ts'
export {
  type ExecutorCase,
  executorContract,
  type ExecutorUnderTest,
  type MakeExecutor,
} from './run/executor-contract.ts'
export { filesContract } from './vfs/contract.ts'
export { readingContract } from './vfs/reading-contract.ts'

/** What a test framework is made from: texts by path, and the plugins under test. */
export interface TestFrameworkOptions extends Omit<FrameworkOptions, 'files' | 'root'> {
  readonly files: Readonly<Record<string, string>>
}

/** A framework over files in memory. */
export interface TestFramework extends Framework {
  /** The files themselves, to look at what a run left. */
  readonly files: WritableFiles
}

/**
 * A framework over files in memory, without configuration and without the built-in modules unless `builtIn` is true. Only
 * the plugins named are applied; dispose it at the end of the test.
 */
export async function createTestFramework(options: TestFrameworkOptions): Promise<TestFramework> {
  const files = memoryFiles(options.files)
  const framework = await createFramework({ builtIn: false, plugins: [], ...options, files, config: false })
  return Object.assign(framework, { files })
}
