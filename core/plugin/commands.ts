import { type Diagnostic, fail, HeddleError } from '../base/diagnostic.ts'
import { findNearest } from '../base/nearest.ts'
import type { Library } from '../load/library.ts'
import type { Module } from '../module/module.ts'
import type { Layer } from '../resolve/layers.ts'
import { childOf, type Path } from '../vfs/path.ts'
import { areRunnable } from './planner.ts'

/** A command with everything it needs. */
export interface FoundCommand {
  readonly command: Module
  /** The closure, depth first, the command first. */
  readonly modules: readonly Module[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * The command of a name: the first layer whose module plans something wins (decision 004). `sc:implement` and
 * `sc/implement` are the same. Rejects with COMMAND_UNKNOWN and the nearest names.
 */
export async function findCommand(
  name: string,
  layers: readonly Layer[],
  library: Library,
): Promise<FoundCommand> {
  const spots = layers.flatMap((layer) => {
    const path = commandPath(layer, name)
    return path ? [{ layer, path }] : []
  })
  let first: FoundCommand | undefined
  let failure: HeddleError | undefined
  for (const spot of spots) {
    const found = await open(spot, library).catch((thrown: unknown) => {
      if (!(thrown instanceof HeddleError)) throw thrown
      failure ??= thrown
      return undefined
    })
    if (!found) continue
    if (!areRunnable(found.modules)) first ??= found
    else return first ? { ...found, diagnostics: [yields(first, found), ...found.diagnostics] } : found
  }
  if (first) return first
  if (failure) throw failure
  return unknown(name, layers)
}

/** Every command that can be loaded, sorted by name; of one name that of the first layer. */
export async function everyCommand(layers: readonly Layer[], library: Library): Promise<readonly Module[]> {
  const spots = new Map<string, { layer: Layer; path: Path }>()
  for (const layer of layers) {
    for (const name of commandNames(layer)) {
      const path = commandPath(layer, name)
      if (path && !spots.has(name)) spots.set(name, { layer, path })
    }
  }
  const sorted = [...spots].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, spot]) => spot)
  const loaded = await library.getMany(sorted)
  return loaded.flatMap((result) => (result.ok && result.value.kind === 'command' ? [result.value] : []))
}

async function open(spot: { layer: Layer; path: Path }, library: Library): Promise<FoundCommand> {
  const command = await library.loadSpot(spot)
  const closure = await library.closure([command])
  return { command, modules: closure.linked.map(({ module }) => module), diagnostics: closure.diagnostics }
}

function commandPath(layer: Layer, name: string): Path | undefined {
  const plain = name.replaceAll(':', '/').replace(/\.md$/, '')
  if (!/^[\p{L}\p{N}][\p{L}\p{N}_-]*(?:\/[\p{L}\p{N}][\p{L}\p{N}_-]*)*$/u.test(plain)) return undefined
  return (layer.aliases.get('commands') ?? [])
    .map((folder) => childOf(folder, `${plain}.md`))
    .find((path) => layer.tree.typeOf(path) === 'file')
}

function yields(own: FoundCommand, other: FoundCommand): Diagnostic {
  return {
    code: 'COMMAND_YIELDS',
    severity: 'info',
    message: `${own.command.id} names no pattern, so ${other.command.id} runs.`,
    hint: 'Add the key "pattern" to it, or to a module that it needs, to run your own.',
    at: { path: own.command.id, line: 1, column: 1 },
  }
}

function unknown(name: string, layers: readonly Layer[]): never {
  const names = new Set(layers.flatMap(commandNames))
  const near = findNearest(name, names, 1)[0]
  const hint = near ? `Did you mean "${near.value}"?` : 'See what there is with heddle list commands.'
  return fail('COMMAND_UNKNOWN', `There is no command "${name}".`, hint)
}

function commandNames(layer: Layer): string[] {
  return (layer.aliases.get('commands') ?? []).flatMap((folder) =>
    layer.tree.files
      .filter((path) => path.startsWith(`${folder}/`) && path.endsWith('.md'))
      .map((path) => path.slice(folder.length + 1, -'.md'.length)),
  )
}
