import type { Diagnostic } from 'heddle'
import type { FoundCheck } from './check.ts'
import type { Check, Family, ToolFinding, ValidationResult } from './result.ts'

const hints: Readonly<Record<Family, string>> = {
  testing:
    'Add the script "test" to package.json, pytest to pyproject.toml, or the target "test" to a Makefile.',
  linting:
    'Add the script "lint" to package.json, ruff or flake8 to pyproject.toml, or the target "lint" to a Makefile.',
  types:
    'Add the script "typecheck" to package.json, mypy or pyright to pyproject.toml, or the target "typecheck" to a Makefile.',
  security:
    'Add the script "audit" to package.json, bandit to pyproject.toml, or the target "audit" to a Makefile.',
}

/** No manifest names a check of this family. */
export function noCheck(family: Family): Diagnostic {
  return {
    code: 'validation/no-check',
    severity: 'info',
    message: `No manifest of the project names a check for "${family}".`,
    hint: hints[family],
  }
}

/** Nothing is known of the project at all: a run of it must not read as passed. */
export function nothingChecked(): Diagnostic {
  return {
    code: 'validation/nothing-checked',
    severity: 'error',
    message: 'No manifest of the project names any check, so nothing is known of it.',
    hint: hints.testing,
  }
}

/** A check is named, but a program it needs is not there. */
export function toolMissing(command: string, program: string): Diagnostic {
  return {
    code: 'validation/tool-missing',
    severity: 'error',
    message: `"${command}" was not run: the program "${program}" is not installed.`,
    hint: `Install "${program}", or the dependencies of the project.`,
  }
}

/** A script has the name of a check, but is none. */
export function scriptUnfit(name: string, reason: string): Diagnostic {
  return {
    code: 'validation/script-unfit',
    severity: 'info',
    message: `The script "${name}" was not run as a check: it ${reason}.`,
    hint: `Add a script that only checks, such as "${name}:check".`,
  }
}

/** There are checks, but no disk on which they could run. */
export function notOnDisk(checks: readonly FoundCheck[]): Diagnostic {
  return {
    code: 'validation/not-on-disk',
    severity: 'error',
    message: `${checks.map(({ name }) => `"${name}"`).join(', ')} not run: programs need a project on a disk.`,
    hint: 'Run the command in a checkout of the project.',
  }
}

/** What a check that has not passed tells, if anything. */
export function checkFinding(check: Check): Diagnostic | undefined {
  const { command, status, code, signal, summary } = check
  switch (status) {
    case 'passed':
    case 'skipped':
    case 'cancelled':
      return undefined
    case 'missing':
      return toolMissing(command, command.split(' ')[0]!)
    case 'empty':
      return {
        code: 'validation/no-tests',
        severity: 'warning',
        message: `"${command}" ended well, but had no test to run.`,
        hint: 'Write a first test.',
      }
    case 'timed-out':
      return {
        code: 'validation/check-timed-out',
        severity: 'error',
        message: `"${command}" did not end in time.`,
        hint: 'Make it faster, or give it more time with the setting "deadline-minutes".',
      }
    case 'failed': {
      const last = summary.text.split('\n').at(-1)?.replace(/\.$/, '')
      const told = summary.failed
        ? `${summary.failed} of ${summary.failed + (summary.passed ?? 0)} tests fail`
        : last
      return {
        code: 'validation/check-failed',
        severity: 'error',
        message: `"${command}" ${howItFailed(code, signal)}${told ? `: ${told}` : ''}.`,
        hint: `Run "${command}" by itself to see all of its output.`,
      }
    }
  }
}

function howItFailed(code: number | null, signal: string | null): string {
  if (code !== null) return `failed with code ${code}`
  return signal === null ? 'failed' : `was ended by ${signal}`
}

/** What a tool found, at its place; the code carries the tool and its rule. */
export function toolFinding({ tool, message, rule, severity, path, line, column }: ToolFinding): Diagnostic {
  return {
    code: `validation/${wordOf(tool)}${rule === null ? '' : `/${wordOf(rule)}`}`,
    severity,
    message,
    ...(path === null ? {} : { at: { path, line, column } }),
  }
}

/** A name out of a tool's output as a part of a code. */
function wordOf(text: string): string {
  return text.replace(/[^\w@/.-]+/g, '-').slice(0, 80)
}

/** Too few lines that tests reach. */
export function coverageFinding({ coverage }: ValidationResult): Diagnostic[] {
  if (!coverage || coverage.percent >= coverage.threshold) return []
  const { percent, threshold, source, lowest } = coverage
  return [
    {
      code: 'validation/coverage-low',
      severity: 'error',
      message: `Tests reach ${percent} % of the lines (${source}); ${threshold} % are asked for.`,
      hint: lowest[0]
        ? `Begin with ${lowest[0].path}: ${lowest[0].uncovered} lines of it nothing reaches.`
        : 'Write more tests.',
    },
  ]
}

/** Something that was there to be read, and was not. */
export function unreadFinding({ what, why }: ValidationResult['unread'][number]): Diagnostic {
  return why === 'stale'
    ? {
        code: 'validation/report-stale',
        severity: 'info',
        message: `"${what}" is older than this run, so nothing of it was taken.`,
        hint: 'Let the test command write it, for example with --coverage.',
      }
    : {
        code: 'validation/output-damaged',
        severity: 'warning',
        message: `What "${what}" wrote ends too early to be read, so findings may be missing.`,
        hint: 'Run it by itself to see all of its output.',
      }
}
