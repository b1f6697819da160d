import {
  declaredSeverity,
  defineGroup,
  type Diagnostic,
  findNearest,
  type GateSeverity,
  type Group,
  type Outcome,
  type Path,
  type Planning,
  readFrontMatter,
} from 'heddle'
import { stepOf } from './condition.ts'
import { groupOf } from './groups.ts'
import type { Making } from './operations.ts'
import type { ChainOptions } from './options.ts'
import { orderOf, usedBy } from './order.ts'
import { readSteps } from './read-steps.ts'
import type { WorkflowResult } from './result.ts'
import { stepsInShort } from './short.ts'
import type { Step } from './step.ts'
import { synthesise } from './synthesise.ts'

const usage =
  'Give steps: heddle run chain "grep TODO ; glob **/*.md", a file with "steps" in its front matter, or a command of your own that has them.'

/** A group for each step; what a step comes after is what its group needs. Gives none, and a report, when the steps are wrong. */
export async function planChain(planning: Planning, options: ChainOptions): Promise<readonly Group[]> {
  const { text, path, problem } = await findText(planning)
  const data = problem === undefined ? text : undefined
  if (data === undefined) {
    planning.report(wrong(problem ?? 'There are no steps.', usage, path))
    return []
  }
  const limits = {
    mostSteps: settingOf(planning, 'most-steps', 100),
    mostRounds: settingOf(planning, 'most-rounds', 10),
  }
  const { steps, faults } = readSteps(filled(data, planning), limits)
  for (const { message, hint } of faults) planning.report(wrong(message, hint, path))
  const unknown = faults.length > 0 ? [] : unknownNames(steps, planning)
  for (const fault of unknown)
    planning.report({ ...fault, ...(path !== undefined && { at: { path, line: 1, column: 1 } }) })
  return faults.length + unknown.length > 0 ? [] : groupsOf(planning, steps, options)
}

function groupsOf(planning: Planning, steps: readonly Step[], { writes }: ChainOptions): readonly Group[] {
  const all = new Map(steps.flatMap((step) => [step, ...step.steps]).map((step) => [step.name, step]))
  const making: Making = {
    writes,
    mayRun: (words) => planning.mayRun(words),
    arguments: planning.arguments,
    steps: all,
  }
  const order = orderOf(steps)
  return [
    ...steps.map((step) => groupOf(step, order.get(step.name)!, making)),
    defineGroup<WorkflowResult>({
      name: 'workflow',
      needs: steps.map(({ name }) => name),
      always: true,
      operations: [],
      synthesise: (_, context) => synthesise({ steps, order, making }, context),
      gates: [
        gate(planning, 'steps-done', 'blocking', (result) => result.parallelExecutionComplete),
        gate(planning, 'nothing-left-over', 'conditional', (result) =>
          result.parallelExecutionComplete ? undefined : !result.steps.some(({ leftBehind }) => leftBehind),
        ),
        gate(planning, 'steps-independent', 'warning', (result) => result.workflowOptimized),
        gate(
          planning,
          'steps-are-named',
          'warning',
          () => steps.length === 1 || steps.every(({ isNamed }) => isNamed),
        ),
      ],
    }),
  ]
}

interface FoundText {
  readonly text?: unknown
  readonly path?: string
  readonly problem?: string
}

/** Steps as data: from the argument, which is a file or steps in short, or from the front matter of the command. */
async function findText({ arguments: given, command, module, files }: Planning): Promise<FoundText> {
  const words = (given['steps'] ?? '').trim()
  if (words === '') {
    const owner = [command, module].find(({ metadata }) => metadata['steps'] !== undefined)
    return owner ? { text: owner.metadata['steps'], path: owner.path } : {}
  }
  const file = await readFile(words, files)
  if (file === undefined)
    return /^[\w./-]+\.(?:md|json)$/.test(words)
      ? { problem: `There is no file "${words}".` }
      : { text: stepsInShort(words) }
  if (words.endsWith('.json')) {
    try {
      const value: unknown = JSON.parse(file)
      return {
        text: Array.isArray(value) ? value : (value as { steps?: unknown } | null)?.steps,
        path: words,
      }
    } catch (thrown) {
      return { problem: `"${words}" is not JSON: ${(thrown as Error).message}.`, path: words }
    }
  }
  const { data, diagnostics } = readFrontMatter(file)
  const [fault] = diagnostics
  return fault ? { problem: fault.message, path: words } : { text: data['steps'], path: words }
}

async function readFile(text: string, files: Planning['files']): Promise<string | undefined> {
  try {
    const path = text as Path
    return (await files.stat(path))?.type === 'file'
      ? new TextDecoder().decode(await files.read(path))
      : undefined
  } catch {
    // No path at all, or a closed one: then these are steps.
    return undefined
  }
}

/** Values of the project (`[PROJECT_CONFIG: …]`) stand wherever a text does. */
function filled(value: unknown, planning: Planning): unknown {
  if (typeof value === 'string') return planning.fill(value)
  if (Array.isArray(value)) return value.map((each: unknown) => filled(each, planning))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each, planning)]))
}

/** What a step uses is another step, an argument of the command, or the entry that it is at. */
function unknownNames(steps: readonly Step[], { arguments: given }: Planning): readonly Diagnostic[] {
  const names = [
    ...steps.flatMap((step) => [step, ...step.steps]).map(({ name }) => name),
    ...Object.keys(given),
  ]
  return steps.flatMap((step) =>
    usedBy(step)
      .filter(
        (name) =>
          !names.includes(name) &&
          !(name === 'item' && [step, ...step.steps].some(({ each }) => each !== null)),
      )
      .map((name) => {
        const [near] = findNearest(stepOf(name), names, 1)
        return wrong(
          `The step "${step.name}" uses "${name}", which is neither a step nor an argument.`,
          near ? `Did you mean "${near.value}"?` : `There are: ${names.join(', ')}.`,
        )
      }),
  )
}

function gate(
  { modules }: Planning,
  name: string,
  otherwise: GateSeverity,
  verdict: (result: WorkflowResult) => boolean | undefined,
) {
  return {
    name,
    severity: declaredSeverity(modules, name, otherwise),
    check: (_: readonly Outcome[], result: WorkflowResult | undefined) => result && verdict(result),
  }
}

function settingOf({ modules }: Planning, name: string, otherwise: number): number {
  const setting = modules.flatMap(({ parts }) => parts.settings).find((each) => each.name === name)
  const value = Number(setting?.default ?? Number.NaN)
  return Number.isSafeInteger(value) && value > 1 ? value : otherwise
}

function wrong(message: string, hint: string, path?: string): Diagnostic {
  return {
    code: 'chain/steps',
    severity: 'error',
    message,
    hint,
    ...(path !== undefined && { at: { path, line: 1, column: 1 } }),
  }
}
