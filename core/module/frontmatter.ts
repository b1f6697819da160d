import { createRequire } from 'node:module'
import type * as Yaml from 'js-yaml'
import type { Diagnostic } from '../base/diagnostic.ts'
import { duplicateKey, explainReason, type Fault, faultFinding, type Said } from './frontmatter-faults.ts'
import { type Fenced, findFrontMatter, longestFrontMatter } from './frontmatter-fence.ts'
import { readPlainFrontMatter } from './frontmatter-plain.ts'
import { createLines } from './lines.ts'

/** The front matter of a text: what it says, where the body starts, and what is wrong with it. */
export interface FrontMatter {
  /** Plain data without a prototype surprise; empty when there is none or when it cannot be read. */
  readonly data: Readonly<Record<string, unknown>>
  /** True when the text begins with a front matter block, readable or not. */
  readonly present: boolean
  /** UTF-16 offset at which the body begins; 0 when there is no front matter. */
  readonly end: number
  /** Faults with line and column in the document, the path left empty for the caller to fill in. */
  readonly diagnostics: readonly Diagnostic[]
}

/** What front matter may hold: levels of nesting, and keys on all levels together. */
export const frontMatterLimits = { length: longestFrontMatter, depth: 32, keys: 1_000 } as const

const mostFaults = 20
/** A plain key, its colon and the end of its line are three characters: shorter front matter cannot hold too many. */
const shortestOfTooMany = frontMatterLimits.keys * 3
const none: FrontMatter = Object.freeze({ data: Object.freeze({}), present: false, end: 0, diagnostics: [] })

/**
 * Reads the front matter of a text: YAML 1.2 core types, no aliases, no code. Never throws: what is wrong is in the
 * diagnostics, and when one key cannot be read the others still are. `__proto__`, `constructor` and `prototype` are
 * refused as keys. A thematic break at the top is no front matter.
 */
export function readFrontMatter(text: string): FrontMatter {
  const fenced = findFrontMatter(text)
  if (!fenced) return none
  const reading = new Reading(text, fenced)
  const data = reading.read()
  return {
    data,
    present: true,
    end: fenced.end,
    diagnostics: reading.faults.slice(0, mostFaults).map(faultFinding),
  }
}

type Data = Record<string, unknown>

class Reading {
  readonly faults: Fault[] = []
  readonly #text: string
  readonly #fenced: Fenced
  #keys = 0

  constructor(text: string, fenced: Fenced) {
    this.#text = text
    this.#fenced = fenced
  }

  read(): Data {
    const { language, start, stop, status } = this.#fenced
    if (language !== '' && language !== 'yaml' && language !== 'yml')
      return this.#refuse(0, otherLanguage(language))
    if (stop - start > frontMatterLimits.length) return this.#refuse(start, tooLarge)
    if (status === 'unterminated') this.#note(0, notTerminated)
    const content = this.#text.slice(start, stop)
    const plain = readPlainFrontMatter(content)
    if (plain && hasKeys(plain) && (content.length < shortestOfTooMany || this.#count(plain))) return plain
    if (this.faults.at(-1)?.code === 'FRONT_MATTER_TOO_MANY_KEYS') return {}
    return this.#readYaml(content)
  }

  #readYaml(content: string): Data {
    if (exceeds(content, anyKey, frontMatterLimits.keys * 2))
      return this.#refuse(this.#fenced.start, tooManyKeys)
    const parsed = parseYaml(content)
    if (!parsed.ok) return this.#readByKey(content, parsed)
    if (parsed.value === null || parsed.value === undefined) return this.#refuse(0, empty)
    if (!isMapping(parsed.value)) return this.#refuse(this.#fenced.start, notMapping)
    return this.#clean(parsed.value)
  }

  /** Each top-level key with the lines below it on its own, so that one broken key does not hide the others. */
  #readByKey(content: string, whole: Failure): Data {
    const data: Data = {}
    const before = this.faults.length
    for (const { start, text } of splitByKey(content)) {
      const plain = readPlainFrontMatter(text)
      // Each fault costs an exception: beyond the last that is told, only what is plain is still read.
      if (!plain && this.faults.length >= mostFaults) continue
      const parsed = plain ? { ok: true as const, value: plain } : parseYaml(text)
      const at = this.#fenced.start + start
      if (!parsed.ok)
        this.#note(at + spotIn(text, parsed.offset), explainReason(parsed.reason, text, parsed.offset))
      else if (isMapping(parsed.value)) this.#merge(data, parsed.value, at)
      else if (parsed.value !== null && parsed.value !== undefined) this.#note(at, notMapping)
    }
    if (this.faults.length === before) {
      this.#note(this.#fenced.start + whole.offset, explainReason(whole.reason, '', 0))
    }
    return this.#clean(data)
  }

  #merge(data: Data, more: Data, at: number): void {
    for (const [key, value] of Object.entries(more)) {
      if (Object.hasOwn(data, key)) this.#note(at, duplicateKey(key))
      else Object.defineProperty(data, key, { value, enumerable: true, configurable: true, writable: true })
    }
  }

  #clean(data: Data): Data {
    this.#removeUnsafe(data)
    return this.#count(data) ? data : {}
  }

  /** Depth is bounded by the parser. */
  #removeUnsafe(value: unknown): void {
    if (value === null || typeof value !== 'object') return
    for (const [key, inner] of Object.entries(value)) {
      if (!Array.isArray(value) && unsafeKeys.has(key)) {
        Reflect.deleteProperty(value, key)
        this.#note(this.#find(key), unsafeKey(key))
      } else {
        this.#removeUnsafe(inner)
      }
    }
  }

  #count(value: unknown): boolean {
    if (this.#tooMany(value)) this.#note(this.#fenced.start, tooManyKeys)
    return this.#keys <= frontMatterLimits.keys
  }

  #tooMany(value: unknown): boolean {
    if (value === null || typeof value !== 'object') return false
    const inner: unknown[] = Object.values(value)
    if (!Array.isArray(value)) this.#keys += inner.length
    for (const item of inner) if (this.#tooMany(item)) return true
    return this.#keys > frontMatterLimits.keys
  }

  #refuse(offset: number, said: Said): Data {
    this.#note(offset, said)
    return {}
  }

  #note(offset: number, said: Said): void {
    if (this.faults.length >= mostFaults) return
    const head = this.#text.slice(0, Math.min(this.#fenced.end, offset + 1))
    this.faults.push({ ...said, ...createLines(head).place(Math.min(offset, this.#fenced.end)) })
  }

  #find(key: string): number {
    const at = this.#text.indexOf(key, this.#fenced.start)
    return at >= 0 && at < this.#fenced.stop ? at : this.#fenced.start
  }
}

/** What may be a key; more of them than twice the limit are refused unread, because parsing them is what takes the time. */
const anyKey = /:(?=\s)/g
const topLevelKey = /^(?![ \t#]|- |-\r?$)[^\r\n:]{1,200}:(?:[ \t]|\r?$)/gm

function splitByKey(content: string): { start: number; text: string }[] {
  const starts = [...content.matchAll(topLevelKey)].map(({ index }) => index)
  if (starts[0] !== 0) starts.unshift(0)
  return starts.map((start, index) => ({ start, text: content.slice(start, starts[index + 1]) }))
}

function hasKeys(data: Data): boolean {
  for (const _ in data) return true
  return false
}

function exceeds(text: string, pattern: RegExp, most: number): boolean {
  let count = 0
  pattern.lastIndex = 0
  while (pattern.test(text)) if (++count > most) return true
  return false
}

/** Where to point in the text of one key: at its value when the parser names no place, never past its last character. */
function spotIn(chunk: string, offset: number): number {
  const valueAt = /^[^:\r\n]+:[ \t]+(?=\S)/.exec(chunk)?.[0].length ?? 0
  return Math.min(offset === 0 ? valueAt : offset, Math.max(0, chunk.trimEnd().length - 1))
}

const unsafeKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

function isMapping(value: unknown): value is Data {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

interface Failure {
  readonly ok: false
  readonly reason: string
  /** Where in the text that was parsed. */
  readonly offset: number
}

let parser: typeof Yaml | undefined

/** The parser takes some 15 ms to load and most front matter never needs it. */
function parseYaml(content: string): { ok: true; value: unknown } | Failure {
  parser ??= createRequire(import.meta.url)('js-yaml') as typeof Yaml
  try {
    if (content.trim() === '') return { ok: true, value: null }
    const { depth } = frontMatterLimits
    return {
      ok: true,
      value: parser.load(content, { schema: parser.CORE_SCHEMA, maxAliases: 0, maxDepth: depth }),
    }
  } catch (thrown) {
    if (!(thrown instanceof parser.YAMLException))
      return { ok: false, reason: 'it cannot be read', offset: 0 }
    if (
      /end of the stream|expected a document/.test(thrown.reason) &&
      !/[^\s#]/.test(content.replace(/^\s*#.*$/gm, ''))
    ) {
      return { ok: true, value: null }
    }
    return { ok: false, reason: thrown.reason, offset: Math.min(thrown.mark?.position ?? 0, content.length) }
  }
}

const notTerminated: Said = {
  code: 'FRONT_MATTER_SYNTAX',
  message: 'The front matter that begins with "---" is never closed.',
  hint: 'Write "---" on a line of its own after the last key.',
}

const empty: Said = {
  code: 'FRONT_MATTER_EMPTY',
  message: 'The front matter is empty.',
  hint: 'Write keys between the two "---" lines, or remove both.',
}

const notMapping: Said = {
  code: 'FRONT_MATTER_SYNTAX',
  message: 'The front matter does not consist of "key: value" lines.',
  hint: 'Write each entry as "key: value".',
}

const tooLarge: Said = {
  code: 'FRONT_MATTER_TOO_LARGE',
  message: `The front matter has more than ${frontMatterLimits.length} characters.`,
  hint: 'Move what belongs to the text below the closing "---".',
}

const tooManyKeys: Said = {
  code: 'FRONT_MATTER_TOO_MANY_KEYS',
  message: `The front matter has more than ${frontMatterLimits.keys} keys.`,
  hint: 'Move what is data into a file of its own.',
}

function otherLanguage(language: string): Said {
  return {
    code: 'FRONT_MATTER_LANGUAGE',
    message: `The front matter is marked as "${language}"; only YAML is read, and nothing is executed.`,
    hint: 'Write it as YAML after a plain "---".',
  }
}

function unsafeKey(key: string): Said {
  return {
    code: 'FRONT_MATTER_KEY',
    message: `The front matter key "${key}" is not allowed and was left out.`,
    hint: 'Give the key another name.',
  }
}
