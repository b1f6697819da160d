import {
  type Audience,
  type Context,
  declaredSeverity,
  defineGroup,
  type GateSpec,
  type Group,
  list,
  type ListOutput,
  type Outcome,
  type Planning,
  type PreparedContext,
  read,
  type ReadOutput,
} from 'heddle'
import { parsePath } from 'heddle/files'
import type { ContextResult } from './result.ts'
import { summarise } from './summary.ts'

interface Request {
  readonly references: readonly string[]
  readonly budget: number
  readonly audience: Audience
  /** The path of an earlier output. */
  readonly previous: string | undefined
  /** The share of it that may lose its place. */
  readonly mostInvalidated: number
}

/** One group: reads every source and looks round the project, all at once, and writes what was read under the budget. */
export async function planContext(planning: Planning): Promise<readonly Group[]> {
  const request = await readRequest(planning)
  if (!request) return []
  const prepared = await planning.context(request.references)
  const { previous } = request
  return [
    defineGroup<ContextResult>({
      name: 'composition',
      operations: [
        list('.', { name: 'structure' }),
        ...(previous === undefined ? [] : [read(previous, { name: 'earlier output' })]),
        ...prepared.sources.flatMap(({ id, path }) =>
          path === null ? [] : [read(path, { name: `read ${id}` })],
        ),
      ],
      synthesise: async (outcomes, { report }) => {
        const context = await write(prepared, request, outcomes)
        for (const diagnostic of context.diagnostics) report(diagnostic)
        return asResult(context, request, outcomes)
      },
      gates: gatesOf(planning, request),
    }),
  ]
}

async function readRequest(planning: Planning): Promise<Request | undefined> {
  const { references = '', budget = '', for: audience = '', previous = '' } = planning.arguments
  const asked = references.split(/\s+/).filter((word) => word !== '')
  const found = asked.length > 0 ? asked : await findBeginning(planning)
  if (found.length === 0) {
    planning.report({
      code: 'context/nothing-to-begin-with',
      severity: 'error',
      message: 'No reference was given, and the project has none of the files that one begins with.',
      hint: 'Give a reference such as @commands/task.md.',
    })
    return undefined
  }
  const tokens = Number(budget || settingOf(planning, 'context-budget', '50000'))
  const reader = audience || settingOf(planning, 'context-audience', 'plain')
  if (!Number.isSafeInteger(tokens) || tokens < 1 || !isAudience(reader)) {
    planning.report({
      code: 'context/request-wrong',
      severity: 'error',
      message: `A context for "${reader}" with a budget of "${budget || tokens}" tokens cannot be made.`,
      hint: 'The budget is a whole number from 1 on, the reader plain, claude or agents-md.',
    })
    return undefined
  }
  return {
    references: found,
    budget: tokens,
    audience: reader,
    previous: previous === '' ? undefined : previous,
    mostInvalidated: Number(settingOf(planning, 'max-invalidated', '0.5')),
  }
}

/** The files by which a project introduces itself, as far as it has them. */
async function findBeginning(planning: Planning): Promise<string[]> {
  const names = settingOf(planning, 'begin-with', 'CLAUDE.md AGENTS.md README.md').split(/\s+/)
  const found: string[] = []
  for (const name of names) {
    const path = parsePath(name)
    if (path.ok && (await planning.files.stat(path.value))?.type === 'file') found.push(path.value)
  }
  return found
}

function settingOf({ modules }: Planning, name: string, otherwise: string): string {
  const setting = modules.flatMap(({ parts }) => parts.settings).find((one) => one.name === name)
  return setting?.default ?? otherwise
}

function isAudience(text: string): text is Audience {
  return text === 'plain' || text === 'claude' || text === 'agents-md'
}

async function write(
  prepared: PreparedContext,
  { budget, audience }: Request,
  outcomes: readonly Outcome[],
): Promise<Context> {
  const texts = new Map<string, string>()
  for (const { id, path } of prepared.sources) {
    const output = path === null ? undefined : outputOf(outcomes, `read ${id}`)
    if (output) texts.set(id, output.text)
  }
  const earlier = outputOf(outcomes, 'earlier output')
  const previous = earlier && { previous: earlier.text }
  return prepared.write({ budget, for: audience, ...previous }, texts)
}

function outputOf(outcomes: readonly Outcome[], name: string): ReadOutput | undefined {
  const outcome = outcomes.find((one) => one.name === name && one.status === 'done')
  return outcome?.output as ReadOutput | undefined
}

function asResult(
  { diagnostics, ...context }: Context,
  { references }: Request,
  outcomes: readonly Outcome[],
): ContextResult {
  const listed = outcomes.find(({ name, status }) => name === 'structure' && status === 'done')
  const unread = outcomes.flatMap(({ name, status }) =>
    name.startsWith('read ') && status !== 'done' ? [name.slice('read '.length)] : [],
  )
  return {
    summary: summarise(context, unread),
    ...context,
    references,
    structure: (listed?.output as ListOutput | undefined)?.entries.map(({ name }) => name) ?? [],
    unread,
    referencesFound: !diagnostics.some(({ severity }) => severity === 'error'),
    askedIsWhole: !diagnostics.some(({ code }) => code === 'CONTEXT_CUT'),
  }
}

/** Gates with the severity that a module gives them. */
function gatesOf(planning: Planning, { mostInvalidated }: Request): GateSpec<ContextResult>[] {
  const gate = (
    name: string,
    check: (result: ContextResult) => boolean | undefined,
  ): GateSpec<ContextResult> => {
    const severity = declaredSeverity(planning.modules, name, 'warning')
    return { name, severity, check: (_, result) => result && check(result) }
  }
  return [
    gate(
      'sources-read',
      ({ unread, cuts }) => unread.length === 0 && !cuts.some(({ why }) => why === 'unreadable'),
    ),
    gate('references-found', ({ referencesFound }) => referencesFound),
    gate('asked-for-is-whole', ({ askedIsWhole }) => askedIsWhole),
    gate('prefix-kept', ({ diff }) => (diff ? 1 - diff.share <= mostInvalidated : undefined)),
  ]
}
