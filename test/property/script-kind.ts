import type { OperationKind } from '../../core/run/operation.ts'
import type { WritableFiles } from '../../core/vfs/file-system.ts'
import { doStep, type Step } from './script-steps.ts'

/** What a script needs from whoever runs it. */
export interface ScriptPorts {
  /** Settles when the step may begin. */
  pause(step: Step, place: string): Promise<void>
  /** The files that a script works on which works outside the workspace. */
  readonly outside: WritableFiles
}

interface ScriptInput {
  /** The name of the operation. */
  readonly name: string
  readonly steps: readonly Step[]
}

/** How far a script had come when it failed for the moment, and what it had done by then. */
interface Interrupted {
  readonly at: number
  readonly seen: readonly string[]
  readonly deeds: readonly Deed[]
}

type Deed = (files: WritableFiles) => Promise<void>

/**
 * Kinds that do steps: `script` in the workspace, `look` that only looks, `outside` on the files below the workspace.
 * One that failed for the moment goes on where it stopped: what it has seen is not looked at again.
 */
export function scriptKinds(ports: ScriptPorts): OperationKind[] {
  const interrupted = new Map<string, Interrupted>()

  async function run(
    { name, steps }: ScriptInput,
    given: WritableFiles,
    attempt: number,
  ): Promise<readonly string[]> {
    const before = attempt > 1 ? interrupted.get(name) : undefined
    const seen = before ? [...before.seen, 'now it works'] : []
    const deeds: Deed[] = []
    const files = recording(given, deeds)
    interrupted.delete(name)
    for (const deed of before?.deeds ?? []) await deed(files)
    for (let at = before ? before.at + 1 : 0; at < steps.length; at++) {
      const step = steps[at]!
      await ports.pause(step, `${name} ${attempt} ${at}`)
      if (step.type === 'fail-once' || step.type === 'busy-until')
        interrupted.set(name, { at, seen: [...seen], deeds })
      seen.push(await doStep(step, files))
    }
    return seen
  }

  const base = {
    description: 'Does steps',
    lane: 'io',
    idempotent: false,
    input: (z) => z.strictObject({ name: z.string(), steps: z.array(z.custom<Step>()) }),
    output: (z) => z.array(z.string()),
  } satisfies Partial<OperationKind<ScriptInput, readonly string[]>>
  const kinds: OperationKind<ScriptInput, readonly string[]>[] = [
    {
      ...base,
      kind: 'script',
      effects: 'workspace',
      run: (input, { files, attempt }) => run(input, files, attempt),
    },
    {
      ...base,
      kind: 'look',
      effects: 'none',
      run: (input, { files, attempt }) => run(input, files, attempt),
    },
    {
      ...base,
      kind: 'outside',
      lane: 'process',
      effects: 'external',
      run: (input, { attempt }) => run(input, ports.outside, attempt),
    },
  ]
  return kinds
}

/** Keeps what was done, so that it can be done again without looking. */
function recording(files: WritableFiles, deeds: Deed[]): WritableFiles {
  const doing = (deed: Deed): Promise<void> => {
    deeds.push(deed)
    return deed(files)
  }
  return {
    label: files.label,
    stat: (path) => files.stat(path),
    list: (path) => files.list(path),
    read: (path) => files.read(path),
    write: (path, content) => doing((target) => target.write(path, content)),
    remove: (path) => doing((target) => target.remove(path)),
    makeFolder: (path) => doing((target) => target.makeFolder(path)),
  }
}
