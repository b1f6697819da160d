import type { Diagnostic } from '../base/diagnostic.ts'
import { findNearest } from '../base/nearest.ts'
import type { Module, Setting } from '../module/module.ts'
import { fillPlaceholders } from '../module/placeholder.ts'
import { flattenValues, type ProjectValues, readProjectXml, valueAt } from '../module/project-values.ts'
import type { Layer } from '../resolve/layers.ts'
import { childOf, rootPath } from '../vfs/path.ts'

type Scalar = string | number | boolean

/** What a configuration says of settings: by their name, or for one module by its name. */
export type SettingValues = Readonly<Record<string, Scalar | Readonly<Record<string, Scalar>>>>

/** Nested values that a project says of itself. */
export interface ProjectData {
  readonly [name: string]: Scalar | ProjectData
}

/** The file in the root, or in a home, by which a project answers the placeholders of its modules. */
export const projectFile = 'PROJECT_CONFIG.xml'

const mostBytes = 1_000_000

/** What the project says of itself: its `PROJECT_CONFIG.xml`, and over it what the configuration says. */
export async function readProjectValues(layer: Layer, configured: ProjectData): Promise<ProjectValues> {
  const values = new Map<string, string>()
  for (const folder of [...layer.homes.toReversed(), rootPath]) {
    const path = childOf(folder, projectFile)
    const stat = await layer.files.stat(path)
    if (stat?.type !== 'file' || stat.size > mostBytes) continue
    const text = new TextDecoder().decode(await layer.files.read(path))
    for (const [key, value] of readProjectXml(text)) values.set(key, value)
  }
  for (const [key, value] of flattenValues(configured)) values.set(key, value)
  return values
}

/** Fills the placeholders of texts with what the project says, and leaves those that it says nothing of. */
export async function createFiller(layer: Layer, configured: ProjectData): Promise<(text: string) => string> {
  const values = await readProjectValues(layer, configured)
  return (text) => fillPlaceholders(text, (path) => valueAt(values, path)).text
}

/** Modules as the project wants them, and what is wrong with that. */
export interface Configured {
  readonly modules: readonly Module[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * The modules with the default of each setting replaced by what the configuration says, placeholders in settings and gates filled. A
 * required setting without a value, a placeholder without one, and a value for a setting that its module does not have are told.
 */
export function configureModules(
  modules: readonly Module[],
  settings: SettingValues,
  project: ProjectValues,
): Configured {
  const diagnostics = [...strangeSettings(modules, settings)]
  const valueOf = (path: string): string | undefined => valueAt(project, path)
  const configured = modules.map((module): Module => {
    diagnostics.push(...missingValues(module, valueOf))
    const { gates, settings: own } = module.parts
    if (gates.length === 0 && own.length === 0) return module
    const given = own.map((setting) => withValue(module, setting, { settings, valueOf }))
    diagnostics.push(
      ...given
        .filter((one) => one.required && one.default === null)
        .map((one) => settingMissing(module, one)),
    )
    const filled = gates.map((gate) => ({ ...gate, text: fillPlaceholders(gate.text, valueOf).text }))
    return { ...module, parts: { ...module.parts, settings: given, gates: filled } }
  })
  return { modules: configured, diagnostics }
}

interface Values {
  readonly settings: SettingValues
  valueOf(path: string): string | undefined
}

function withValue(module: Module, setting: Setting, { settings, valueOf }: Values): Setting {
  const own = settings[module.name]
  const given = isRecord(own) && Object.hasOwn(own, setting.name) ? own[setting.name] : settings[setting.name]
  if (given !== undefined && !isRecord(given)) return { ...setting, default: String(given) }
  if (setting.default === null) return setting
  const { text, missing } = fillPlaceholders(setting.default, valueOf)
  return { ...setting, default: missing.length > 0 ? null : text }
}

/** Names of settings that no module of the run has are told where the configuration says whose they should be. */
function strangeSettings(modules: readonly Module[], settings: SettingValues): Diagnostic[] {
  return modules.flatMap((module) => {
    const given = Object.hasOwn(settings, module.name) ? settings[module.name] : undefined
    if (!isRecord(given)) return []
    const names = module.parts.settings.map(({ name }) => name)
    return Object.keys(given)
      .filter((name) => !names.includes(name))
      .map((name): Diagnostic => {
        const [near] = findNearest(name, names, 1)
        return {
          code: 'SETTING_UNKNOWN',
          severity: 'warning',
          message: `The configuration sets "${name}" of "${module.name}", which has no such setting.`,
          hint: near ? `Did you mean "${near.value}"?` : `It has ${names.join(', ') || 'none'}.`,
          at: { path: module.id, line: module.parts.settings[0]?.line ?? 1, column: 1 },
        }
      })
  })
}

function missingValues(module: Module, valueOf: Values['valueOf']): Diagnostic[] {
  return module.placeholders
    .filter((placeholder) => placeholder.default === null && valueOf(placeholder.path) === undefined)
    .map(({ path, line, column }) => ({
      code: 'PLACEHOLDER_MISSING',
      severity: 'warning',
      message: `The project does not say what "${path}" is, and the text has no default.`,
      hint: `Say it in ${projectFile}, or under "project" in the configuration, or write "| DEFAULT: …" behind it.`,
      at: { path: module.id, line, column },
    }))
}

function settingMissing(module: Module, { name, line }: Setting): Diagnostic {
  return {
    code: 'SETTING_MISSING',
    severity: 'error',
    message: `The setting "${name}" of "${module.name}" is required and has no value.`,
    hint: `Say it in the configuration: settings: { '${module.name}': { '${name}': … } }.`,
    at: { path: module.id, line, column: 1 },
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, Scalar>> {
  return value !== null && typeof value === 'object'
}
