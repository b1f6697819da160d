import type { Duration, OperationStory, RunDifference, RunLimits, RunSummary, ShownRun } from '../../index.ts'
import type { CommonOptions } from '../options.ts'
import { Exit, exit, wrongUsage } from '../exit.ts'
import { counted, painter, printDiagnostics, printJson, table, visible } from '../print.ts'
import { formatMs, printGroups, printReport } from '../report.ts'
import { openFramework } from '../root.ts'
import { tellStory } from '../story.ts'

export interface RunsOptions extends CommonOptions {
  readonly keep?: string | undefined
  readonly days?: string | undefined
  readonly dryRun?: true | undefined
}

type Paint = ReturnType<typeof painter>

/** `heddle runs`: past runs as a list, one of them, two compared, fewer of them, or how long their operations took. */
export async function runs(verb: string, ids: readonly string[], options: RunsOptions): Promise<void> {
  requireWords(verb, ids)
  const framework = await openFramework(options)
  try {
    const past = await framework.runs()
    const [a = '', b = ''] = ids
    switch (verb) {
      case 'list':
        return print(options, await past.list(), listText)
      case 'show':
        return showRun(options, await past.show(a))
      case 'diff': {
        const difference = await past.diff(a, b)
        print(options, difference, diffText)
        if (difference.operations.length > 0) throw new Exit(exit.found)
        return
      }
      case 'prune': {
        const pruned = await past.prune(readLimits(options), { dryRun: options.dryRun === true })
        const verbs = options.dryRun ? 'would be removed' : 'removed'
        return print(
          options,
          pruned,
          ({ removed, kept, bytes }) =>
            `${counted(removed.length, 'run')} ${verbs}, ${kept} kept (${formatBytes(bytes)}).`,
        )
      }
      default:
        return print(options, await past.stats(), statsText)
    }
  } finally {
    await framework.dispose()
  }
}

/** `heddle why --run ID OPERATION`: what happened to an operation, when, and why. */
export async function whyRun(id: string, operation: string, options: CommonOptions): Promise<void> {
  const framework = await openFramework(options)
  try {
    const story: OperationStory = await (await framework.runs()).why(id, operation)
    print(options, story, (told) => tellStory(told, painter(process.stdout)))
  } finally {
    await framework.dispose()
  }
}

const words: Readonly<Record<string, number>> = { list: 0, show: 1, diff: 2, prune: 0, stats: 0 }

function requireWords(verb: string, ids: readonly string[]): void {
  const wanted = Object.hasOwn(words, verb) ? words[verb]! : undefined
  const names = Object.keys(words).join(', ')
  if (wanted === undefined) wrongUsage(`"${verb}" cannot be done with runs.`, `Write one of: ${names}.`)
  if (ids.length === wanted) return
  wrongUsage(
    `\`runs ${verb}\` takes ${wanted === 0 ? 'no id' : counted(wanted, 'id')}, not ${ids.length}.`,
    wanted === 0 ? `Write: heddle runs ${verb}` : `Write: heddle runs ${verb} ${['ID', 'ID ID'][wanted - 1]}`,
  )
}

function print<T>({ format }: CommonOptions, data: T, asText: (data: T) => string): void {
  if (format === 'json') printJson(data)
  else process.stdout.write(`${asText(data)}\n`)
}

function readLimits({ keep, days }: RunsOptions): RunLimits {
  if (keep === undefined && days === undefined)
    wrongUsage('Nothing says which runs to remove.', 'Write --keep N, --days N, or both.')
  return {
    ...(keep === undefined ? {} : { keep: readNumber('keep', keep) }),
    ...(days === undefined ? {} : { days: readNumber('days', days) }),
  }
}

function readNumber(name: string, text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && (name !== 'keep' || number >= 1)) return number
  return wrongUsage(`--${name} is a whole number, not "${text}".`, 'The last run always stays.')
}

const colours: Readonly<Record<RunSummary['status'], Parameters<Paint>[0]>> = {
  passed: 'green',
  failed: 'red',
  partial: 'yellow',
  cancelled: 'yellow',
  unfinished: 'red',
  running: 'cyan',
  unreadable: 'red',
}

function listText(list: readonly RunSummary[]): string {
  if (list.length === 0) return 'No runs are kept here yet.'
  const paint = painter(process.stdout)
  const rows = list.map(({ id, status, startedAt, wallMs, operations, bytes, command, arguments: given }) => [
    id.slice(0, 8),
    startedAt.slice(0, 19).replace('T', ' '),
    status,
    wallMs === null ? '' : formatMs(wallMs),
    counted(operations, 'operation'),
    formatBytes(bytes),
    visible([command, ...given].join(' ')).slice(0, 100),
  ])
  return table(rows)
    .split('\n')
    .map((line, index) => paintStatus(line, list[index]!.status, paint))
    .join('\n')
}

function paintStatus(line: string, status: RunSummary['status'], paint: Paint): string {
  return line.replace(`  ${status} `, () => `  ${paint(colours[status], status)} `)
}

function showRun(options: RunsOptions, shown: ShownRun): void {
  if (options.format === 'json') return printJson(shown)
  printDiagnostics(shown.diagnostics, process.stderr)
  const { run, report } = shown
  const paint = painter(process.stdout)
  const given = [run.command, ...run.arguments].join(' ')
  process.stdout.write(
    `${paint('bold', run.id)}  ${paint(colours[run.status], run.status)}  ${run.startedAt}  ${visible(given)}\n`,
  )
  if (report) return printReport(report, { quiet: options.quiet === true, sourceLine: () => undefined })
  printGroups(shown.groups)
  const next =
    run.status === 'unfinished' ? `; heddle run --resume ${run.id.slice(0, 8)} goes on with it` : ''
  process.stdout.write(`\n${run.status}: ${counted(run.operations, 'operation')} recorded${next}\n`)
}

function diffText({ a, b, operations, same }: RunDifference): string {
  const paint = painter(process.stdout)
  const head = [a, b].map(
    ({ id, status, wallMs }) => `${id.slice(0, 8)} ${status}${wallMs === null ? '' : ` ${formatMs(wallMs)}`}`,
  )
  const rows = operations.map(({ group, name, status, ranMs, differs }) => [
    `  ${visible(`${group}/${name}`)}`,
    differs.includes('presence')
      ? `only in ${status[0] === null ? b.id.slice(0, 8) : a.id.slice(0, 8)}`
      : differs.join(', '),
    status[0] === status[1] ? (status[0] ?? '') : status.map((each) => each ?? '–').join(' → '),
    ranMs.map((each) => (each === null ? '–' : formatMs(each))).join(' → '),
  ])
  const verdict =
    operations.length === 0
      ? `No difference in ${counted(same, 'operation')}.`
      : `${counted(operations.length, 'operation')} ${operations.length === 1 ? 'differs' : 'differ'}, ${same} the same.`
  return [paint('bold', head.join(' → ')), ...(rows.length > 0 ? [table(rows)] : []), verdict].join('\n')
}

function statsText(stats: readonly Duration[]): string {
  if (stats.length === 0) return 'No durations are known yet: they are kept from the next run on.'
  const paint = painter(process.stdout)
  const rows = stats.map(({ command, group, operation, samples, meanMs, recentMs, change, isWorse }) => [
    isWorse ? '!' : ' ',
    visible(`${command} ${group}/${operation}`),
    counted(samples, 'run'),
    formatMs(meanMs),
    `→ ${formatMs(recentMs)}`,
    `${change > 0 ? '+' : ''}${Math.round(change * 100)} %`,
  ])
  const worse = stats.filter(({ isWorse }) => isWorse).length
  const lines = table(rows).split('\n')
  const painted = lines.map((line, index) => (stats[index]!.isWorse ? paint('red', line) : line))
  return [...painted, worse === 0 ? 'Nothing got worse.' : `${worse} got more than 10 % worse.`].join('\n')
}

function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
