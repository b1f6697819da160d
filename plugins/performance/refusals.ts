import type { Diagnostic } from 'heddle'

/** A command that did not succeed, and what it wrote last. */
export interface FailedCommand {
  readonly subject: string
  readonly code: number | null
  readonly ended: 'exit' | 'deadline' | 'cancelled'
  readonly told: string
}

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
export function commandFails({ subject, code, ended, told }: FailedCommand): Diagnostic {
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
export function noAnswer({ url }: { readonly url: string }): Diagnostic {
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
