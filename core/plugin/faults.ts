import { type Diagnostic, HeddleError, shortMessageOf } from '../base/diagnostic.ts'

/** What plugins did wrong: each fault once, however many documents it was met in. */
export interface Faults {
  /** `hook` is where it happened, when it was in one. */
  add(fault: Diagnostic, hook?: string): void
  /** Faults of one hook. */
  inHook(hook: string): readonly Diagnostic[]
  readonly all: readonly Diagnostic[]
}

/** An empty list of faults. The same plugin with the same message counts once. */
export function createFaults(): Faults {
  const seen = new Map<string, { fault: Diagnostic; hook: string | undefined }>()
  return {
    add(fault, hook) {
      const key = `${fault.plugin}\0${fault.code}\0${fault.message}`
      if (!seen.has(key)) seen.set(key, { fault, hook })
    },
    inHook: (wanted) => [...seen.values()].filter(({ hook }) => hook === wanted).map(({ fault }) => fault),
    get all() {
      return [...seen.values()].map(({ fault }) => fault)
    },
  }
}

/** The diagnostic for a plugin that threw in a hook. A HeddleError of its own keeps its code and hint. */
export function pluginFailed(plugin: string, hook: string, thrown: unknown): Diagnostic {
  const own = diagnosticOf(thrown)
  const fault: Diagnostic = {
    code: own?.code ?? 'PLUGIN_FAILED',
    severity: 'error',
    message: `The plugin "${plugin}" failed in the hook "${hook}": ${own?.message ?? shortMessageOf(thrown)}`,
    hint:
      own?.hint ??
      `Everything else went on without it. Mend the plugin, or take it out of the configuration.`,
    plugin,
  }
  causes.set(fault, thrown)
  return fault
}

const causes = new WeakMap<Diagnostic, unknown>()

/** What a plugin threw, for the diagnostic that tells of it; undefined for any other. */
export function causeOf(fault: Diagnostic): unknown {
  return causes.get(fault)
}

/** Whatever was thrown may throw again as it is looked at. */
function diagnosticOf(thrown: unknown): Diagnostic | undefined {
  try {
    return thrown instanceof HeddleError ? thrown.diagnostic : undefined
  } catch {
    return undefined
  }
}

/** The diagnostic for a plugin that kept a synchronous hook for too long. */
export function heldUp(plugin: string, hook: string, ms: number): Diagnostic {
  return {
    code: 'PLUGIN_TIMEOUT',
    severity: 'warning',
    message: `The plugin "${plugin}" held everything up in the hook "${hook}" for longer than ${ms} ms.`,
    hint: 'Its answer was taken all the same. Do less in it, filter what it sees, or raise hookDeadlineMs.',
    plugin,
  }
}

/** The diagnostic for a plugin that was left out because one that it depends on failed. */
export function pluginSkipped(plugin: string, needed: string): Diagnostic {
  return {
    code: 'PLUGIN_SKIPPED',
    severity: 'error',
    message: `The plugin "${plugin}" was left out: it depends on "${needed}", which failed.`,
    hint: `Mend "${needed}" first.`,
    plugin,
  }
}

/** The diagnostic for a plugin that did not settle in time. */
export function pluginTimedOut(plugin: string, hook: string, ms: number): Diagnostic {
  return {
    code: 'PLUGIN_TIMEOUT',
    severity: 'error',
    message: `The plugin "${plugin}" did not settle in the hook "${hook}" within ${ms} ms.`,
    hint: 'Everything else went on without it. Let the hook settle, or raise hookDeadlineMs.',
    plugin,
  }
}
