import { fail } from '../base/diagnostic.ts'

/** By what tokens are counted; `auto` takes the first tokenizer that is installed, and characters / 4 where there is none. */
export type TokenizerName = 'auto' | 'characters' | 'gpt-tokenizer' | 'ai-tokenizer'

/** Says how many tokens a text has. */
export interface Tokenizer {
  /** As every output names it. */
  readonly label: string
  /** True where nothing counts, so that the number is only likely. */
  readonly estimate: boolean
  /** Not rounded, so that the sizes of parts can be added. */
  measure(text: string): number
}

/** Characters / 4. */
export const charactersTokenizer: Tokenizer = {
  label: 'characters / 4',
  estimate: true,
  measure: (text) => text.length / 4,
}

type Open = () => Promise<Tokenizer>

/** The tokenizer of a name. Rejects with TOKENIZER_MISSING for one that is not installed. */
export async function openTokenizer(name: TokenizerName): Promise<Tokenizer> {
  if (name === 'characters') return charactersTokenizer
  if (name !== 'auto') return (await tryOpen(optional[name])) ?? missing(name)
  for (const open of Object.values(optional)) {
    const found = await tryOpen(open)
    if (found) return found
  }
  return charactersTokenizer
}

const optional: Readonly<Record<'gpt-tokenizer' | 'ai-tokenizer', Open>> = {
  'gpt-tokenizer': openGptTokenizer,
  'ai-tokenizer': openAiTokenizer,
}

/** Names in variables, so that what is not installed is looked for only when it is asked for. */
async function openGptTokenizer(): Promise<Tokenizer> {
  const name = 'gpt-tokenizer'
  const { countTokens } = (await import(name)) as {
    countTokens(text: string, options: { disallowedSpecial: ReadonlySet<string> }): number
  }
  // What looks like a special token in a module is text like any other.
  const options = { disallowedSpecial: new Set<string>() }
  return {
    label: 'gpt-tokenizer (o200k_base)',
    estimate: false,
    measure: (text) => countTokens(text, options),
  }
}

async function openAiTokenizer(): Promise<Tokenizer> {
  const [name, encoding] = ['ai-tokenizer', 'ai-tokenizer/encoding/claude']
  const { Tokenizer: Counter } = (await import(name)) as {
    Tokenizer: new (encoding: unknown) => { count(text: string): number }
  }
  const counter = new Counter(await import(encoding))
  return { label: 'ai-tokenizer (claude)', estimate: false, measure: (text) => counter.count(text) }
}

async function tryOpen(open: Open): Promise<Tokenizer | undefined> {
  try {
    return await open()
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw thrown
  }
}

function missing(name: string): never {
  return fail(
    'TOKENIZER_MISSING',
    `The tokenizer "${name}" is not installed.`,
    `Install it beside heddle (npm install ${name}), or ask for "characters".`,
  )
}
