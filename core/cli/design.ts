import type { DesignedOperation, ParallelDesign } from '../index.ts'
import { counted, painter, printDiagnostics, table, visible } from './print.ts'
import { formatMs } from './report.ts'

type Paint = ReturnType<typeof painter>

/** Of larger groups the first of their operations are shown, and those on the critical path. */
const shownOperations = 12
const shownNames = 3
const shownLevels = 20
const longestPath = 6

/** Prints what would run: groups as a tree, how much of each lane can run at once, and the chain that takes longest. */
export function printDesign(design: ParallelDesign): void {
  const paint = painter(process.stdout)
  const blocks = [
    groupLines(design, paint),
    laneLines(design, paint),
    pathLines(design, paint),
    afterwards(design, paint),
  ]
  process.stdout.write(
    `\n${blocks
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.join('\n'))
      .join('\n\n')}\n`,
  )
  printDiagnostics(design.diagnostics, process.stdout)
  const groups = design.synthesisStrategy.length
  process.stdout.write(
    `\n${counted(design.operations.length, 'operation')} in ${counted(groups, 'group')}; nothing was run.\n`,
  )
}

function groupLines(design: ParallelDesign, paint: Paint): string[] {
  const { operations, synthesisStrategy } = design
  const hasPath = pathLines(design, paint).length > 0
  const byGroup = groupsOf(operations)
  const nameWidth = widest(operations.map(({ name }) => visible(name)))
  const allNeeded = new Map<string, ReadonlySet<string>>()
  return synthesisStrategy.flatMap(({ group, needs, grows, synthesised, rounds, conditional }, index) => {
    const own = byGroup.get(group) ?? []
    const needed = new Set([...needs, ...needs.flatMap((need) => [...(allNeeded.get(need) ?? [])])])
    allNeeded.set(group, needed)
    const aside = [
      ...(needs.length > 0 ? [`needs ${namesOf(needs)}`] : []),
      ...(conditional ? ['only if these outcomes call for it'] : []),
      ...(synthesised ? ['outcomes are put together'] : []),
    ]
    const title = `${paint('bold', visible(group))}${aside.length > 0 ? `  ${paint('dim', aside.join(' · '))}` : ''}`
    const shown = own.filter(({ critical }, at) => at < shownOperations || critical)
    const lines = shown.map((each) =>
      operationLine({ ...each, critical: each.critical && hasPath }, { nameWidth, needed, paint }),
    )
    if (own.length > shown.length) lines.push(paint('dim', `… ${own.length - shown.length} more`))
    if (grows)
      lines.push(paint('dim', `… and more, from what is found${rounds > 1 ? `, up to ${rounds} times` : ''}`))
    return [...(index > 0 ? [''] : []), title, ...branches(lines, paint)]
  })
}

function groupsOf(operations: readonly DesignedOperation[]): Map<string, DesignedOperation[]> {
  const groups = new Map<string, DesignedOperation[]>()
  for (const each of operations) {
    const own = groups.get(each.group)
    if (own) own.push(each)
    else groups.set(each.group, [each])
  }
  return groups
}

function branches(lines: readonly string[], paint: Paint): string[] {
  return lines.map((line, index) => `${paint('dim', index === lines.length - 1 ? '└─' : '├─')} ${line}`)
}

interface LineParts {
  readonly nameWidth: number
  /** The groups that its group needs, directly or through others. */
  readonly needed: ReadonlySet<string>
  readonly paint: Paint
}

/** Its level, its name and lane, what it touches, and what it waits for. */
function operationLine(operation: DesignedOperation, { nameWidth, needed, paint }: LineParts): string {
  const { level, name, kind, lane, critical, problem } = operation
  const mark = critical ? paint('yellow', '●') : paint('dim', '○')
  const head = `${mark} ${paint('dim', String(level).padStart(2))} ${visible(name).padEnd(nameWidth)} ${paint('cyan', (lane ?? '').padEnd(7))}`
  if (problem) return `${head} ${paint('red', `cannot be called: ${visible(problem.message)}`)}`
  const isNamedAfterKind = name.startsWith(`${kind}-`)
  const parts = [
    ...(isNamedAfterKind ? [] : [kind]),
    touches(operation),
    ...waits(operation, needed),
    ...(operation.exclusive === null ? [] : [`alone with ${visible(operation.exclusive)}`]),
    ...(operation.expectedMs === null ? [] : [`about ${formatMs(operation.expectedMs)}`]),
  ]
  return `${head} ${paint('dim', parts.join(' · '))}`
}

function touches({ claims, effects, speculative }: DesignedOperation): string {
  const { reads, writes = effects === 'none' ? [] : undefined } = claims ?? {}
  if (!reads && !writes) return speculative ? 'shows what it touches when it runs' : 'touches everything'
  const parts = [
    ...(reads && reads.length === 0 ? [] : [`reads ${reads ? namesOf(reads) : 'everything'}`]),
    ...(writes && writes.length === 0 ? [] : [`writes ${writes ? namesOf(writes) : 'anything'}`]),
  ]
  return parts.length > 0 ? parts.join(', ') : 'touches no files'
}

/** What it waits for besides the groups that it needs anyway. */
function waits({ conflictsWith, group }: DesignedOperation, needed: ReadonlySet<string>): string[] {
  const others = conflictsWith.filter((other) => !needed.has(other.group))
  if (others.length === 0) return []
  const names = others.map((other) =>
    other.group === group ? other.operation : `${other.group}: ${other.operation}`,
  )
  return [`after ${namesOf(names)}`]
}

/** The first names, and how many more there are. */
function namesOf(names: readonly string[]): string {
  const left = names.length - shownNames
  const shown = names
    .slice(0, shownNames)
    .map((name) => (/^(?:\*\*)?$/.test(name) ? 'everything' : visible(name)))
  return left > 0 ? `${shown.join(', ')} and ${left} more` : shown.join(', ')
}

/** How many operations of each lane stand on each level: what can run at once, were there places for all. */
function laneLines({ operations }: ParallelDesign, paint: Paint): string[] {
  const levels = operations.reduce((most, { level }) => Math.max(most, level), 0)
  if (levels === 0) return []
  const counts = new Map<string, number[]>()
  for (const { lane, level } of operations) {
    const row = counts.get(lane ?? 'none') ?? []
    row[level - 1] = (row[level - 1] ?? 0) + 1
    counts.set(lane ?? 'none', row)
  }
  const shown = Math.min(levels, shownLevels)
  const numbers = Array.from({ length: shown }, (_, index) => index)
  const rows = [
    ['level', ...numbers.map((index) => String(index + 1))],
    ...[...counts].map(([lane, row]) => [lane, ...numbers.map((index) => String(row[index] ?? '·'))]),
  ]
  const more = levels > shown ? paint('dim', `  and ${levels - shown} more levels`) : ''
  return [paint('bold', 'At once'), indented(table(rows)) + more]
}

function pathLines({ operations, expected }: ParallelDesign, paint: Paint): string[] {
  const path = operations.filter(({ critical }) => critical).map(({ name }) => visible(name))
  if (path.length < 2 && expected.serialMs === null) return []
  const shown =
    path.length <= longestPath
      ? path
      : [...path.slice(0, longestPath - 2), `… ${path.length - longestPath + 1} more`, path.at(-1)!]
  const { serialMs, criticalPathMs } = expected
  const times =
    serialMs === null || criticalPathMs === null
      ? counted(path.length, 'step')
      : `about ${formatMs(criticalPathMs)}; one by one ${formatMs(serialMs)}`
  return [
    `${paint('bold', 'Critical path')}  ${paint('dim', times)}`,
    `  ${paint('yellow', '●')} ${shown.join(' → ')}`,
  ]
}

/** What judges the run, and what is done when something fails. */
function afterwards({ qualityGates, errorHandling }: ParallelDesign, paint: Paint): string[] {
  const own = qualityGates.filter(({ group }) => group !== null)
  const rows = own.map(({ name, severity, group }) => [visible(name), severity, visible(group!)])
  const ofRun = counted(qualityGates.length - own.length, 'gate')
  return [
    `${paint('bold', 'Gates')}  ${paint('dim', `${own.length > 0 ? 'these, and ' : ''}the ${ofRun} of every run`)}`,
    ...(rows.length > 0 ? [indented(table(rows))] : []),
    '',
    `${paint('bold', 'If something fails')}  ${paint(
      'dim',
      `${goesOn[errorHandling.onFailure]}; what may pass is tried ${errorHandling.attempts} times, then alone`,
    )}`,
  ]
}

const goesOn = {
  continue: 'what does not need it goes on',
  'no-new': 'what runs is let end, and nothing new begins',
  kill: 'everything is ended',
} as const

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}

function widest(texts: readonly string[]): number {
  return Math.min(
    40,
    texts.reduce((most, { length }) => Math.max(most, length), 0),
  )
}
