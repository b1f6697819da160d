import { defineGroup, type Group, type Module, type Outcome, type Planning, read } from 'heddle'
import { type Counts, findFalseClaims } from './claims.ts'
import { costsOf, type Graph } from './costs.ts'
import { repairsFor } from './repairs.ts'
import type { MetaResult } from './result.ts'
import { findShared, type ModuleText } from './shared.ts'

/** One group: reads every document of the framework at once, and puts what they say beside what the graph knows. */
export async function planMeta(planning: Planning): Promise<readonly Group[]> {
  const [graph, commands] = await Promise.all([planning.graph(), planning.commands()])
  const own = graph.modules.filter(({ path }) => !path.startsWith('heddle:') && !path.startsWith('~/'))
  if (own.length === 0) {
    planning.report({
      code: 'meta/no-module',
      severity: 'info',
      message: 'The project has no document of a framework.',
      hint: 'Put modules into .claude/ or .heddle/.',
    })
    return []
  }
  return [
    defineGroup<MetaResult>({
      name: 'framework',
      operations: own.map(({ path }) => read(path, { name: path })),
      synthesise(outcomes, context) {
        const result = readResult(outcomes, graph, countsOf(graph, commands))
        report(result, context.report)
        return result
      },
      gates: [
        { name: 'no-ring', severity: 'warning', check: (_, result) => result && result.cycles.length === 0 },
        {
          name: 'claims-true',
          severity: 'warning',
          check: (_, result) => result && result.claims.length === 0,
        },
      ],
    }),
  ]
}

/** Of commands both those of the project and all that can be run are meant by people who count them. */
function countsOf({ modules }: Graph, commands: readonly Module[]): Counts {
  const of = (kind: string): number => modules.filter((module) => module.kind === kind).length
  const own = of('command')
  const framework = modules.filter(({ kind }) => kind !== 'document').length
  const patterns = new Set(commands.flatMap(({ pattern }) => (pattern === null ? [] : [pattern]))).size
  const inPatterns = modules.filter(({ path }) => /(?:^|\/)patterns\//.test(path)).length
  return new Map(
    Object.entries({
      commands: [own, commands.length],
      modules: [of('module'), framework, modules.length],
      agents: [of('agent')],
      skills: [of('skill')],
      patterns: [inPatterns, patterns],
    }).flatMap(([what, counts]) => (counts[0]! > 0 ? [[what, counts]] : [])),
  )
}

function readResult(outcomes: readonly Outcome[], graph: Graph, counts: Counts): MetaResult {
  const texts = outcomes.flatMap(({ status, output }) => (status === 'done' ? [output as ModuleText] : []))
  const found = {
    orphans: graph.modules.filter(({ orphan }) => orphan).map(({ path, tokens }) => ({ path, tokens })),
    cycles: graph.cycles,
    broken: graph.references
      .filter(
        ({ form, status, class: kind }) =>
          form !== 'mention' && isBroken(status) && (kind === 'module' || kind === 'file'),
      )
      .map(({ from, line, text }) => ({ path: from, line, text })),
    shared: findShared(texts),
    costs: costsOf(graph),
    claims: findFalseClaims(texts, counts),
  }
  const figures = {
    modules: graph.modules.length,
    tokens: graph.modules.reduce((sum, { tokens }) => sum + tokens, 0),
    unread: outcomes.flatMap(({ name, status }) => (status === 'done' ? [] : [name])),
  }
  const repairs = repairsFor(found)
  return { summary: summaryOf(found, figures, repairs), ...figures, ...found, repairs }
}

function isBroken(status: string | null): boolean {
  return status === 'missing' || status === 'ambiguous' || status === 'outside'
}

const shownRepairs = 15

function summaryOf(
  found: Pick<MetaResult, 'orphans' | 'cycles' | 'shared' | 'costs' | 'claims' | 'broken'>,
  { modules, tokens }: Pick<MetaResult, 'modules' | 'tokens'>,
  repairs: MetaResult['repairs'],
): string[] {
  const [dearest] = found.costs
  return [
    `${modules} documents, ${tokens} tokens (estimated)${dearest ? `; "${dearest.command}" costs most: ${dearest.tokens} in ${dearest.modules} documents` : ''}`,
    ...repairs
      .slice(0, shownRepairs)
      .map(
        ({ action, gain, command }) =>
          `${action}${gain > 0 ? ` Saves ${gain} tokens.` : ''}  ${command.map(asWord).join(' ')}`,
      ),
    ...(repairs.length > shownRepairs
      ? [`… ${repairs.length - shownRepairs} more, all of them in --format json`]
      : []),
  ]
}

/** A word as a shell takes it: names of files are data, and stay so when somebody copies the line. */
function asWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

function report(result: MetaResult, tell: Planning['report']): void {
  for (const { path, line, text, actual, what } of result.claims)
    tell({
      code: 'meta/claim-false',
      severity: 'warning',
      message: `"${text}": there are ${actual} ${what}.`,
      hint: 'Correct the number, or leave it out.',
      at: { path, line, column: 1 },
    })
  for (const { places, tokens, start } of result.shared)
    tell({
      code: 'meta/text-shared',
      severity: 'info',
      message: `"${start}…" stands in ${places.length} places and costs ${tokens} tokens more than once.`,
      hint: 'Keep it in one module, and refer to that.',
      at: { ...places[0]!, column: 1 },
    })
  for (const { path } of result.orphans)
    tell({
      code: 'meta/orphan',
      severity: 'info',
      message: 'Nobody refers to this module.',
      hint: 'Refer to it, or delete it.',
      at: { path, line: 1, column: 1 },
    })
}
