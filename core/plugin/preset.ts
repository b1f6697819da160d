import type { AppliedPlugin } from './plugin.ts'

/** The preset, unless it is not wanted, with what a configuration adds: a plugin of the same name takes its place. */
export async function choosePlugins(
  preset: boolean,
  added: readonly AppliedPlugin[],
): Promise<readonly AppliedPlugin[]> {
  const names = new Set(added.map(({ plugin }) => plugin.name))
  const defaults = preset ? await loadPreset() : []
  return [...defaults.filter(({ plugin }) => !names.has(plugin.name)), ...added]
}

/** The default plugins, by name: the core knows none of them, so that any can be left out or replaced. */
async function loadPreset(): Promise<readonly AppliedPlugin[]> {
  const name: string = 'heddle/plugins'
  const loaded = (await import(name)) as { preset: () => readonly AppliedPlugin[] }
  return loaded.preset()
}
