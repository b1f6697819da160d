import { type Diagnostic, HeddleError, messageOf } from '../base/diagnostic.ts'

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
  const own = thrown instanceof HeddleError ? thrown.diagnostic : undefined
  const fault: Diagnostic = {
    code: own?.code ?? 'PLUGIN_FAILED',
    severity: 'error',
    message: `The plugin "${plugin}" failed in the hook "${hook}": ${own?.message ?? messageOf(thrown)}`,
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
