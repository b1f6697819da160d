import type { Diagnostic } from '../base/diagnostic.ts'
import { type Form, isSuper, parseReference, type Reference } from '../module/reference.ts'
import { isMarkdown, type Layer } from '../resolve/layers.ts'
import type { Spot } from '../resolve/rungs.ts'
import type { Resolution } from '../resolve/trail.ts'
import { judgeFragment, partsOf } from './fragments.ts'
import type { Library } from './library.ts'

/** What a plugin had to do with a reference: it found it in its file, it answered, or it failed when it was asked. */
export interface PluginHand {
  readonly plugin: string
  readonly did: 'found' | 'answered' | 'failed'
  readonly message: string
}

/** A layer that was not looked in, because it has no alias of that name. */
export interface PassedOver {
  readonly layer: Layer['name']
  readonly label: string
}

/** A reference with its answer, and all that led to it. */
export interface Explanation {
  readonly resolution: Resolution
  /** How the file asked about writes it; null when the file does not hold it, or when no file was named. */
  readonly form: Form | null
  readonly plugins: readonly PluginHand[]
  readonly passedOver: readonly PassedOver[]
  /** What is wrong with the part that it names; null when nothing is. */
  readonly fragment: Diagnostic | null
}

/** What is asked, and what is known of plugins that failed. */
export interface Asking {
  readonly reference: string
  readonly from: Spot | undefined
  readonly layers: readonly Layer[]
  /** Faults of the hook so far. */
  failuresIn(hook: 'references' | 'resolve'): readonly Diagnostic[]
}

/**
 * Resolves a reference as it stands in a file: by the form in which the file holds it, or like one typed on its own when the
 * file does not hold it. Undefined for text that is no reference.
 */
export async function explain(library: Library, asking: Asking): Promise<Explanation | undefined> {
  const { reference, from, layers } = asking
  const written = from && isMarkdown(from.path) ? await findWritten(library, reference, from) : undefined
  const resolution = written ? library.resolveAs(written, from!) : library.resolve(reference, from)
  if (!resolution) return undefined
  return {
    resolution,
    form: written?.form ?? null,
    plugins: handsOf(asking, written, resolution),
    passedOver: passedOver(reference, layers),
    fragment: await fragmentFault(library, reference, resolution),
  }
}

/** The graded one of several: a mention of the same text resolves otherwise, and nobody asks about it. */
async function findWritten(library: Library, reference: string, from: Spot): Promise<Reference | undefined> {
  const module = await library.loadSpot(from).catch(() => undefined)
  const same = module?.references.filter(({ text }) => text === reference.trim()) ?? []
  return same.find(({ form }) => form !== 'mention') ?? same[0]
}

function handsOf(asking: Asking, written: Reference | undefined, { plugin }: Resolution): PluginHand[] {
  const hands: PluginHand[] = []
  if (written?.plugin !== undefined) {
    const role = written.role === undefined ? '' : ` (${written.role})`
    const message = `found it as ${written.form}${role} in line ${written.line}`
    hands.push({ plugin: written.plugin, did: 'found', message })
  }
  if (plugin !== null)
    hands.push({ plugin, did: 'answered', message: 'answered before the ladder was climbed' })
  for (const hook of ['references', 'resolve'] as const) {
    for (const { plugin = '', message } of asking.failuresIn(hook))
      hands.push({ plugin, did: 'failed', message })
  }
  return hands
}

function passedOver(reference: string, layers: readonly Layer[]): PassedOver[] {
  const parsed = parseReference(reference)
  if (!parsed || parsed.alias === null || isSuper(parsed.target)) return []
  const alias = parsed.alias
  return layers
    .filter(({ aliases }) => !aliases.has(alias))
    .map(({ name, label }) => ({ layer: name, label }))
}

async function fragmentFault(
  library: Library,
  text: string,
  resolution: Resolution,
): Promise<Diagnostic | null> {
  const fragment = parseReference(text)?.fragment
  const spot = fragment ? library.spotOf(resolution) : undefined
  if (!fragment || !spot || !isMarkdown(spot.path)) return null
  const module = await library.loadSpot(spot).catch(() => undefined)
  const use = { to: resolution.to!, fragment, text, line: 1, column: 1 }
  return (module && judgeFragment(use, partsOf(module), '')) ?? null
}
