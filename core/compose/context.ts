import type { Diagnostic } from '../base/diagnostic.ts'
import { digest } from '../base/key.ts'
import type { LayerName } from '../module/module.ts'
import { type ContextCut, listCuts } from './cuts.ts'
import { type Chosen, fit, type Fitted, type Region } from './fit.ts'
import { gather, type Gathered, type GatherParts } from './gather.ts'
import { comparePrefix, type Placed, type PrefixDifference } from './prefix.ts'
import { type Audience, checkBudget, type ContextConfig, weigh } from './settings.ts'
import { openTokenizer, type Tokenizer, type TokenizerName } from './tokenizer.ts'
import { createUnit, type Unit } from './unit.ts'

/** How one context differs from what the configuration says. */
export interface ContextOptions {
  /** Tokens that it may have at most. */
  readonly budget?: number
  readonly for?: Audience
  readonly tokenizer?: TokenizerName
  /** An earlier output to compare with. */
  readonly previous?: string
}

/** A source as it stands in the output. */
export interface ContextSection {
  readonly id: string
  readonly layer: LayerName
  readonly kind: string
  readonly title: string | null
  /** The parts that were asked for; empty for the whole. */
  readonly parts: readonly string[]
  /** False where the budget cut something of it. */
  readonly whole: boolean
  readonly asked: boolean
  /** References away from what was asked for. */
  readonly hops: number
  readonly priority: number
  readonly volatile: boolean
  readonly region: Region
  /** As it stands in the output, its frame included; rounded up. */
  readonly tokens: number
  /** UTF-16 offsets in the text. */
  readonly start: number
  readonly end: number
}

/** The text that references come to under a budget, and how it came about; the same from the same files, everywhere. */
export interface Context {
  readonly text: string
  readonly for: Audience
  readonly budget: number
  /** Of the text; never more than the budget. */
  readonly tokens: number
  /** What counted them. */
  readonly tokenizer: string
  /** True where nothing counts, so that the number is only likely. */
  readonly estimate: boolean
  /** SHA-256 of the text. */
  readonly digest: string
  /** Ids of the sections in order. */
  readonly composition: readonly string[]
  readonly sections: readonly ContextSection[]
  /** Everything that belongs to it and is not in the text. */
  readonly cuts: readonly ContextCut[]
  /** Against the earlier output, where one was given. */
  readonly diff: PrefixDifference | null
  readonly diagnostics: readonly Diagnostic[]
}

const defaultBudget = 200_000

/** Gathers what references need and writes it. Rejects as `writeContext` does. */
export async function composeContext(
  parts: GatherParts,
  references: readonly string[],
  { options, config }: { readonly options: ContextOptions; readonly config: ContextConfig },
): Promise<Context> {
  checkBudget(options.budget ?? config.budget ?? defaultBudget)
  return writeContext(await gather(parts, references), { options, config, fill: parts.fill })
}

interface WriteParts {
  readonly options: ContextOptions
  readonly config: ContextConfig
  /** Fills the placeholders of a text. */
  readonly fill: (text: string) => string
}

/**
 * Writes what was gathered under a budget. Rejects with CONTEXT_BUDGET for a budget that is none, and with TOKENIZER_MISSING. The text
 * is counted as a whole at the end: it never has more tokens than the budget.
 */
export async function writeContext(
  { sources, refused, diagnostics }: Gathered,
  { options, config, fill }: WriteParts,
): Promise<Context> {
  const budget = checkBudget(options.budget ?? config.budget ?? defaultBudget)
  const audience = options.for ?? config.for ?? 'plain'
  const tokenizer = await openTokenizer(options.tokenizer ?? config.tokenizer ?? 'auto')
  const noted: Diagnostic[] = []
  const units = weigh(sources, config, (diagnostic) => noted.push(diagnostic)).map((source) =>
    createUnit(source, { audience, tokenizer, fill }),
  )
  const { written, fitted } = writeWithin(units, { budget, tokenizer, audience })
  const laid = fitted.chosen.map((one) => one.laid)
  const cuts = listCuts(laid, fitted.dropped, refused)
  const diff =
    options.previous === undefined
      ? null
      : comparePrefix(options.previous, written.text, { tokenizer, placed: written.placed })
  return {
    text: written.text,
    for: audience,
    budget,
    tokens: written.tokens,
    tokenizer: tokenizer.label,
    estimate: tokenizer.estimate,
    digest: digest(written.text),
    composition: written.sections.map(({ id }) => id),
    sections: written.sections,
    cuts,
    diff,
    diagnostics: [
      ...diagnostics,
      ...noted,
      ...judgeCuts(units, cuts, budget),
      ...judgePrefix(diff, config.maxInvalidated),
    ],
  }
}

interface Writing {
  readonly budget: number
  readonly tokenizer: Tokenizer
  readonly audience: Audience
}

interface Output {
  readonly text: string
  readonly tokens: number
  readonly sections: readonly ContextSection[]
  readonly placed: readonly Placed[]
}

/** Counting a whole may give more than its parts gave; then there is that much less room. */
function writeWithin(units: readonly Unit[], writing: Writing): { written: Output; fitted: Fitted } {
  const { budget, tokenizer, audience } = writing
  const preamble = tokenizer.measure(preambles[audience])
  for (let room = budget - preamble; room > 0;) {
    const { written, fitted } = writeIn(units, room, writing)
    if (written.tokens <= budget) return { written, fitted }
    room =
      Math.min(
        room,
        fitted.chosen.reduce((sum, { laid }) => sum + laid.size, 0),
      ) -
      (written.tokens - budget) -
      1
  }
  const nothing = { text: '', tokens: 0, sections: [], placed: [] }
  return { written: nothing, fitted: { chosen: [], dropped: units } }
}

/** Of the room, and in tokens, for the names of what is left out. */
const footerShare = 0.02
const longestFooter = 400

function writeIn(
  units: readonly Unit[],
  room: number,
  writing: Writing,
): { written: Output; fitted: Fitted } {
  const { tokenizer } = writing
  const all = fit(units, { tokenizer, room })
  if (!isCut(all)) return { fitted: all, written: write(all.chosen, '', writing) }
  const kept = Math.min(room * footerShare, longestFooter)
  const fitted = fit(units, { tokenizer, room: room - kept })
  return { fitted, written: write(fitted.chosen, footerOf(fitted, kept, tokenizer), writing) }
}

function isCut({ chosen, dropped }: Fitted): boolean {
  return dropped.length > 0 || chosen.some(({ laid }) => laid.left.length > 0)
}

/** Says in the text itself what is left out, as many names as there is room for; empty where there is none. */
function footerOf({ chosen, dropped }: Fitted, room: number, tokenizer: Tokenizer): string {
  const cut = [
    ...chosen.filter(({ laid }) => laid.left.length > 0).map(({ laid }) => `parts of ${laid.unit.source.id}`),
    ...dropped.map(({ source }) => source.id),
  ]
  const footer = (shown: number): string => {
    const names = cut.slice(0, shown).join(', ')
    const rest = shown === 0 ? `${cut.length} files` : `and ${cut.length - shown} more`
    const said = shown === cut.length ? names : [names, rest].filter((text) => text !== '').join(' ')
    return `[left out for the budget: ${said}]\n`
  }
  const fits = (shown: number): boolean => tokenizer.measure(footer(shown)) <= room
  if (!fits(0)) return ''
  let shown = 0
  while (shown < cut.length && fits(shown + 1)) shown++
  return fits(cut.length) ? footer(cut.length) : footer(shown)
}

const preambles: Readonly<Record<Audience, string>> = {
  plain: '',
  claude: '',
  'agents-md': '<!-- Composed by `heddle context` from the files that are named below: edit those. -->\n\n',
}

function write(chosen: readonly Chosen[], footer: string, { tokenizer, audience }: Writing): Output {
  let text = chosen.length > 0 ? preambles[audience] : ''
  const sections: ContextSection[] = []
  const placed: Placed[] = []
  for (const { laid, region } of chosen) {
    const { unit, written, left, ending, size } = laid
    const { id, layer, module, parts, asked, hops, priority, isVolatile } = unit.source
    const start = text.length
    text += unit.frame.head
    for (const [index, { text: said, gap, passage }] of written.entries()) {
      const isLast = index === written.length - 1 && ending === ''
      placed.push({ start: text.length, end: text.length + said.length, id, line: passage.line })
      text += isLast ? said : said + gap
    }
    text = ending === '' ? text : text + ending.trimEnd()
    text += unit.frame.tail
    sections.push({
      id,
      layer,
      kind: module?.kind ?? 'file',
      title: module?.title ?? null,
      parts,
      whole: left.length === 0,
      asked,
      hops,
      priority,
      volatile: isVolatile,
      region,
      tokens: Math.ceil(size),
      start,
      end: text.length,
    })
  }
  text = `${text}${footer}`.trimEnd()
  if (text !== '') text += '\n'
  const last = sections.pop()
  if (last) sections.push({ ...last, end: Math.min(last.end, text.length) })
  return { text, tokens: Math.ceil(tokenizer.measure(text)), sections, placed }
}

const mostNamed = 3

/** What was asked for by name and is not there as a whole should not be found out by reading. */
function judgeCuts(units: readonly Unit[], cuts: readonly ContextCut[], budget: number): Diagnostic[] {
  const asked = new Set(units.filter(({ source }) => source.asked).map(({ source }) => source.id))
  const ids = new Set(cuts.filter(({ id, why }) => why === 'budget' && asked.has(id)).map(({ id }) => id))
  if (ids.size === 0) return []
  const names = [...ids].slice(0, mostNamed).join(', ')
  const more = ids.size > mostNamed ? ` and ${ids.size - mostNamed} more` : ''
  return [
    {
      code: 'CONTEXT_CUT',
      severity: 'warning',
      message: `What was asked for does not fit into ${budget} tokens as a whole: ${names}${more}.`,
      hint: 'Give a larger budget, or ask for a part: path.md#heading.',
    },
  ]
}

function judgePrefix(diff: PrefixDifference | null, most: number | undefined): Diagnostic[] {
  if (!diff || most === undefined || 1 - diff.share <= most) return []
  const { firstChange } = diff
  return [
    {
      code: 'CONTEXT_INVALIDATED',
      severity: 'error',
      message: `${percent(1 - diff.share)} of the earlier output lose their place, and ${percent(most)} may.`,
      hint: 'Put what changes into modules that stand late (context: { volatile: true }), or raise context.maxInvalidated.',
      ...(firstChange && { at: { path: firstChange.id, line: firstChange.line, column: 1 } }),
    },
  ]
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`
}
