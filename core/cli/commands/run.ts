import { relative, resolve as resolvePath, sep } from 'node:path'
import type { Framework, Report, RunEvent, RunOptions } from '../../index.ts'
import { leave } from '../hold-exit.ts'
import type { CommonOptions } from '../options.ts'
import { Exit, exit, wrongUsage } from '../exit.ts'
import { createReporters } from '../progress.ts'
import { printJson } from '../print.ts'
import { describeProfile } from '../profile.ts'
import { openFramework, rootOf, tellFaults } from '../root.ts'
import { printDesign } from '../design.ts'
import { printCommandHelp, printReport } from '../report.ts'
import { toSarif } from '../sarif.ts'
import { readSourceLines } from '../source.ts'
import { packageVersion } from '../version.ts'

export interface RunCommandOptions extends CommonOptions {
  readonly serial?: true | undefined
  readonly dryRun?: true | undefined
  readonly concurrency?: string | undefined
  readonly onFailure?: 'continue' | 'no-new' | 'kill' | undefined
  readonly budget?: string | undefined
  readonly commit?: 'passed' | 'always' | 'never' | undefined
  readonly repeat?: readonly string[] | undefined
  readonly executor?: string | undefined
  readonly fresh?: true | undefined
  readonly profile?: true | undefined
  readonly trace?: string | undefined
  readonly events?: string | undefined
  readonly reporter?: 'live' | 'plain' | 'jsonl' | undefined
  readonly help?: true | undefined
}

/** The words of `heddle run`: the command, what stands after it, and what stands after `--`. */
export interface RunWords {
  readonly command: string
  readonly words: readonly string[]
  readonly rest: readonly string[]
}

/** `heddle run`: plans, runs, shows progress on standard error and the report on standard output. */
export async function run({ command, words, rest }: RunWords, options: RunCommandOptions): Promise<void> {
  const framework = await openFramework(options, { profile: options.profile === true })
  try {
    tellFaults(framework, options)
    if (options.help) return printCommandHelp(await framework.command(command))
    const given = readWords(words, rest)
    if (options.dryRun) {
      const design = await framework.plan(command, given)
      return options.format === 'json' ? printJson(design) : printDesign(design)
    }
    await carryOut(framework, options, (more) => framework.run(command, given, more))
  } finally {
    await framework.dispose()
    tellFaults(framework, options)
  }
}

/** `heddle run --resume`: goes on with a run that was cut short, `true` standing for the last one. */
export async function resume(id: string | true, options: RunCommandOptions): Promise<void> {
  const framework = await openFramework(options, { profile: options.profile === true })
  try {
    tellFaults(framework, options)
    await carryOut(framework, options, (more) =>
      framework.resume(id === true ? undefined : id, { ...more, repeat: options.repeat ?? [] }),
    )
  } finally {
    await framework.dispose()
    tellFaults(framework, options)
  }
}

/** Runs with progress and prints the report; throws the exit code that it calls for. */
async function carryOut(
  framework: Framework,
  options: RunCommandOptions,
  work: (options: RunOptions) => Promise<Report>,
): Promise<void> {
  let hasBegun = false
  const concurrency = readConcurrency(options.concurrency)
  const budgetMs = readBudget(options.budget)
  const reporter = createReporters(options)
  const report = await interruptible(async (signal) => {
    const onEvent = (event: RunEvent): void => {
      hasBegun = true
      reporter.event(event)
    }
    try {
      return await work({
        signal,
        onEvent,
        serial: options.serial === true,
        fresh: options.fresh === true,
        aside: ownFiles(options),
        ...(options.commit === undefined ? {} : { commit: options.commit }),
        ...(concurrency === undefined ? {} : { concurrency }),
        ...(options.executor === undefined ? {} : { executor: options.executor }),
        ...(options.onFailure === undefined ? {} : { onFailure: options.onFailure }),
        ...(budgetMs === undefined ? {} : { budgetMs }),
      })
    } finally {
      await reporter.end()
    }
  })
  if (!hasBegun && options.quiet !== true)
    process.stderr.write(
      `The run ${report.id} had come to its end; nothing was executed, this is its report.\n`,
    )
  // With events on standard output the last of them is the report.
  if (options.events !== '-') await show(framework, report, options)
  if (options.profile && options.format !== 'json') process.stderr.write(describeProfile(framework.profile))
  const status = exitForReport(report)
  if (status !== exit.clean) throw new Exit(status)
}

/** The files that this command writes itself while the run goes on, from the root. */
function ownFiles(options: RunCommandOptions): readonly string[] {
  const root = rootOf(options)
  return [options.trace, options.events]
    .filter((file) => file !== undefined && file !== '-')
    .map((file) => relative(root, resolvePath(file!)).split(sep).join('/'))
}

async function show(framework: Framework, report: Report, options: RunCommandOptions): Promise<void> {
  if (options.format === 'json')
    return printJson({ ...report, ...(options.profile && { profile: framework.profile }) })
  if (options.format === 'sarif') return printJson(toSarif(report, packageVersion(), await framework.codes()))
  const sourceLine = await readSourceLines(framework, report.diagnostics)
  printReport(report, { quiet: options.quiet === true, sourceLine })
}

/** Splits words into `--name value` pairs and the rest; what stands after `--` is never an option. */
export function readWords(
  words: readonly string[],
  rest: readonly string[],
): { positional: string[]; named: Record<string, string> } {
  const positional: string[] = []
  const named: Record<string, string> = {}
  for (let index = 0; index < words.length; index++) {
    const match = /^--([A-Za-z][\w-]*)(?:=([^]*))?$/.exec(words[index]!)
    if (!match) positional.push(words[index]!)
    else if (match[2] !== undefined) named[match[1]!] = match[2]
    else {
      const value = words[++index]
      if (value === undefined)
        wrongUsage(`The option "--${match[1]}" has no value.`, `Write --${match[1]} VALUE.`)
      named[match[1]!] = value
    }
  }
  return { positional: [...positional, ...rest], named }
}

function readConcurrency(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= 1024) return number
  return wrongUsage(
    `--concurrency is a whole number from 1 to 1024, not "${text}".`,
    'Leave it out for the default of each lane.',
  )
}

function readBudget(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const seconds = Number(text)
  if (seconds > 0 && seconds <= 604_800) return seconds * 1000
  return wrongUsage(`--budget is a number of seconds, not "${text}".`, 'Leave it out for no bound.')
}

/** Runs `work` with a signal that the first Ctrl-C aborts; the second ends the program at once. */
async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const interrupt = (): void => {
    if (controller.signal.aborted) leave(exit.interrupted)
    process.stderr.write('\nInterrupted: ending what runs. Once more ends at once.\n')
    controller.abort()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  try {
    return await work(controller.signal)
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

function exitForReport(report: Report): number {
  if (report.status === 'passed') return exit.clean
  return report.status === 'cancelled' ? exit.interrupted : exit.found
}
