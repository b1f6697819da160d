import type { Diagnostic } from 'heddle'
import type { LoadOutput } from './load.ts'
import type { Metric, PerformanceResult } from './result.ts'
import type { TimeOutput } from './time.ts'
import { amountOf, percent } from './words.ts'

/** Neither an argument nor a manifest names anything. */
export function nothingToMeasure(): Diagnostic {
  return {
    code: 'performance/nothing-to-measure',
    severity: 'error',
    message:
      'Nothing says what is to be measured: the project has no script "bench", "build", "test" or "lint".',
    hint: 'Name a command or an address: heddle run performance "node build.js", heddle run performance --url http://127.0.0.1:3000/.',
  }
}

/** The command line of an argument, where the configuration takes none. */
export function commandRefused(text: string): Diagnostic {
  return {
    code: 'performance/command-refused',
    severity: 'error',
    message: `"${text}" is neither a script of the project nor a configured command, and the configuration allows no others.`,
    hint: 'Name a script of package.json, or add it to the option "commands" of the plugin "performance".',
  }
}

/** A command line that is more than words. */
export function needsShell(text: string): Diagnostic {
  return {
    code: 'performance/needs-shell',
    severity: 'error',
    message: `"${text}" can only be read by a shell, and no shell reads an argument here.`,
    hint: 'Make it a script of package.json, and give its name.',
  }
}

/** Programs need a disk. */
export function notOnDisk(): Diagnostic {
  return {
    code: 'performance/not-on-disk',
    severity: 'error',
    message: 'No command was measured: programs need a project on a disk.',
    hint: 'Run it in a checkout of the project.',
  }
}

/** The command does not do what is to be timed. */
export function commandFails({ subject, code, ended, told }: TimeOutput): Diagnostic {
  const how = ended === 'exit' ? `failed with code ${code}` : 'did not end in time'
  const lines = told.split('\n').map((line) => line.trim())
  const last = lines.find((line) => /error\b/i.test(line)) ?? lines.at(-1) ?? ''
  return {
    code: 'performance/command-fails',
    severity: 'error',
    message: `"${subject}" ${how}, so its time says nothing${last === '' ? '.' : `: ${last}`}`,
    hint: 'Make it succeed by itself first; give it more time with the setting "deadline-minutes".',
  }
}

/** An address that may not be put under load. */
export function addressRefused(url: string, why: string): Diagnostic {
  return {
    code: 'performance/address-refused',
    severity: 'error',
    message: `No request was sent to "${url}": ${why}.`,
    hint: 'Start the server on this machine and give its address, such as http://127.0.0.1:3000/.',
  }
}

/** Nobody listens. */
export function noAnswer({ url }: LoadOutput): Diagnostic {
  return {
    code: 'performance/no-answer',
    severity: 'error',
    message: `"${url}" answered nothing.`,
    hint: 'Start the server first, in another terminal.',
  }
}

/** The optional peer is not there. */
export function noLoadTool(): Diagnostic {
  return {
    code: 'performance/tool-missing',
    severity: 'error',
    message: 'No load was made: the package "autocannon" is not installed.',
    hint: 'Run npm install --save-dev autocannon.',
  }
}

/** What a person should look at in a result. */
export function findingsOf({ metrics, gaps, loads }: PerformanceResult): Diagnostic[] {
  return [
    ...metrics.filter(({ verdict }) => verdict === 'worse').map(grownWorse),
    ...loads.flatMap(({ url, errors, refused, answers }) =>
      answers > 0 && errors + refused > 0
        ? [
            {
              code: 'performance/load-errors',
              severity: 'warning' as const,
              message: `Under load "${url}" failed ${errors} times and answered ${refused} times with a status that is not 2xx.`,
              hint: 'Mend that first: the latencies of errors say nothing.',
            },
          ]
        : [],
    ),
    ...gaps
      .filter(({ what }) => what !== 'The measurement')
      .map(({ subject, what, why }) => ({
        code: 'performance/not-measured',
        severity: 'info' as const,
        message: `${what} of "${subject}": ${why}.`,
        hint: 'The other figures hold without it.',
      })),
  ]
}

function grownWorse(metric: Metric): Diagnostic {
  const { subject, name, previous, change } = metric
  return {
    code: 'performance/worse',
    severity: 'warning',
    message: `The ${name} of "${subject}" is ${amountOf(metric)}, ${percent(Math.abs(change ?? 0))} ${(change ?? 0) > 0 ? 'more' : 'less'} than in the last run (${amountOf({ ...metric, median: previous ?? 0 })}).`,
    hint: metric.recommendation,
  }
}
