import { createWorkbench, type Workbench } from '../../core/run/workbench.ts'
import { kindsWith } from './plan-runner.ts'
export function scriptWorkbench(): Workbench {
  const kinds = kindsWith({ pause: () => Promise.resolve(), outside: undefined as never })
  return createWorkbench({ kindOf: (name) => kinds.get(name), folder: null })
}
