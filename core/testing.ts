export { expectDiagnostics, expectPlan, type Diagnosed } from './testing/expect.ts'
export { injectFileFaults, readTexts, type FileCall, type FileFault } from './testing/file-faults.ts'
export { createTestFramework, type TestFramework, type TestFrameworkOptions } from './testing/framework.ts'
export { createTestGate, createTestOrder, type TestGate } from './testing/gates.ts'
export { LeakError, watchLeaks, withoutLeaks } from './testing/leaks.ts'
export {
  createTestPrograms,
  type StartedProgram,
  type TestProgram,
  type TestPrograms,
} from './testing/programs.ts'
export { createVirtualClock, type VirtualClock } from './testing/virtual-clock.ts'
export { contractWorkbench } from './run/contract-kinds.ts'
export {
  type ExecutorCase,
  executorContract,
  type ExecutorUnderTest,
  type MakeExecutor,
} from './run/executor-contract.ts'
export { filesContract, type ContractCase, type MakeFiles } from './vfs/contract.ts'
export { readingContract, type MakeFilesWith } from './vfs/reading-contract.ts'
