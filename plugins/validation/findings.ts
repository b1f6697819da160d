import type { Diagnostic } from 'heddle'
import type { FoundCheck } from './check.ts'
import type { Check, Family, ToolFinding } from './result.ts'

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
  const { command, status, code, summary } = check
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
      const last = summary.text.split('\n').at(-1)
      const told = summary.failed
        ? `${summary.failed} of ${summary.failed + (summary.passed ?? 0)} tests fail`
        : last
      return {
        code: 'validation/check-failed',
        severity: 'error',
        message: `"${command}" failed${code === null ? '' : ` with code ${code}`}${told ? `: ${told}` : ''}.`,
        hint: `Run "${command}" by itself to see all of its output.`,
      }
    }
  }
}

/** What a tool found, at its place. */
export function toolFinding({ message, rule, severity, path, line, column }: ToolFinding): Diagnostic {
  return {
    code: 'validation/finding',
    severity,
    message: rule === null ? message : `${message} (${rule})`,
    at: { path, line, column },
  }
}
