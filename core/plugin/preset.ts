import type { AppliedPlugin } from './plugin.ts'

/** The default plugins, by name: the core knows none of them, so that any can be left out or replaced. */
export async function loadPreset(): Promise<readonly AppliedPlugin[]> {
  const name: string = 'heddle/plugins'
  const loaded = (await import(name)) as { preset: () => readonly AppliedPlugin[] }
  return loaded.preset()
}

/** The preset with what a configuration adds: a plugin of the same name takes the place of the preset's. */
export function mergePlugins(
  preset: readonly AppliedPlugin[],
  added: readonly AppliedPlugin[],
): readonly AppliedPlugin[] {
  const names = new Set(added.map(({ plugin }) => plugin.name))
  return [...preset.filter(({ plugin }) => !names.has(plugin.name)), ...added]
}
