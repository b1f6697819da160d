import type { Diagnostic, Document, Draft } from 'heddle'
import { skillFolder } from './kinds.ts'
import { findSkillAdvice } from './skill-advice.ts'

/** What the host or the agent skills format asks of this file and does not find; keys that nobody knows are no fault. */
export function findFaults(draft: Draft): Diagnostic[] {
  const { kind } = draft
  if (kind === 'skill') return [...new Findings(draft.document).skill(), ...findSkillAdvice(draft.document)]
  if (kind === 'agent') return new Findings(draft.document).agent()
  if (kind === 'command') return new Findings(draft.document).command()
  return []
}

const skillName = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

class Findings {
  readonly #document: Document
  readonly #found: Diagnostic[] = []

  constructor(document: Document) {
    this.#document = document
  }

  skill(): Diagnostic[] {
    const name = this.#required('name', 'skill', 'error')
    if (name !== undefined) this.#skillName(name)
    const description = this.#required('description', 'skill', 'error')
    if (description !== undefined) this.#length('description', description, 1_024)
    this.#license()
    this.#compatibility()
    this.#metadata()
    this.#tools('allowed-tools')
    return this.#found
  }

  agent(): Diagnostic[] {
    this.#required('name', 'agent', 'warning')
    this.#required('description', 'agent', 'warning')
    this.#tools('tools')
    return this.#found
  }

  command(): Diagnostic[] {
    this.#tools('allowed-tools')
    return this.#found
  }

  /** The text of a key that must be there; a key that stands there but could not be read has its own finding already. */
  #required(key: string, owner: string, severity: 'error' | 'warning'): string | undefined {
    const value = this.#value(key)
    if (typeof value === 'string' && value.trim() !== '') return value
    if (value === undefined && this.#isBroken(key)) return undefined
    const what = value === undefined ? `has no ${key}` : `has a ${key} that is not a text`
    this.#add(severity, `${owner}-${key}`, key, {
      message: `This ${owner} ${what}.`,
      hint: `Write "${key}: …" between two "---" lines at the top.`,
    })
    return undefined
  }

  #skillName(name: string): void {
    const folder = skillFolder(this.#document)
    if (this.#length('name', name, 64)) return
    if (!skillName.test(name)) {
      this.#add('warning', 'skill-name', 'name', {
        message: `The skill's name "${name}" is not made of lower-case letters, digits and single hyphens.`,
        hint: 'Write it like "review-code".',
      })
    } else if (folder !== null && name !== folder) {
      this.#add('warning', 'skill-name', 'name', {
        message: `The skill's name "${name}" differs from the name of its folder, "${folder}".`,
        hint: `Rename the folder to "${name}", or write "name: ${folder}".`,
      })
    }
  }

  /** True when the text is too long, which is then told. */
  #length(key: string, value: string, most: number): boolean {
    const length = Array.from(value).length
    if (length <= most) return false
    this.#add('warning', `skill-${key}`, key, {
      message: `The skill's ${key} has ${length} characters; ${most} are allowed.`,
      hint: `Shorten it to ${most} characters.`,
    })
    return true
  }

  #license(): void {
    const value = this.#value('license')
    if (value === undefined || (typeof value === 'string' && value.trim() !== '')) return
    this.#add('warning', 'skill-license', 'license', {
      message: "The skill's license is not a text.",
      hint: 'Write the name of the license or of the file that holds it, or leave the key out.',
    })
  }

  #compatibility(): void {
    const value = this.#value('compatibility')
    if (value === undefined) return
    if (typeof value === 'string' && value.trim() !== '' && Array.from(value).length <= 500) return
    this.#add('warning', 'skill-compatibility', 'compatibility', {
      message: "The skill's compatibility is not a text of 1 to 500 characters.",
      hint: 'Write what the skill needs in one sentence, or leave the key out.',
    })
  }

  #metadata(): void {
    const value = this.#value('metadata')
    if (value === undefined) return
    const isMap = value !== null && typeof value === 'object' && !Array.isArray(value)
    const wrong = isMap ? Object.entries(value).find(([, item]) => typeof item !== 'string')?.[0] : ''
    if (wrong === undefined) return
    this.#add('warning', 'skill-metadata', 'metadata', {
      message: isMap
        ? `The value of "${wrong}" in the skill's metadata is not a text.`
        : "The skill's metadata is not a map from names to texts.",
      hint: isMap
        ? `Write it in quotes: ${wrong}: "…".`
        : 'Write "metadata:", then "name: text" lines below it, indented.',
    })
  }

  #tools(key: string): void {
    const value = this.#value(key)
    if (value === undefined) return
    const items: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (items.length > 0 && items.every((item) => typeof item === 'string' && isBalanced(item))) return
    this.#add('warning', key, key, {
      message: `The value of "${key}" is not a list of tools.`,
      hint: `Write "${key}: Read, Grep, Bash(git:*)".`,
    })
  }

  #value(key: string): unknown {
    const { data } = this.#document.frontMatter
    return Object.hasOwn(data, key) ? data[key] : undefined
  }

  #isBroken(key: string): boolean {
    const { diagnostics } = this.#document.frontMatter
    return diagnostics.length > 0 && this.#lineOf(key) > 0
  }

  #lineOf(key: string): number {
    const { lines, text, frontMatter } = this.#document
    return lines.starts.findIndex((start) => start < frontMatter.end && text.startsWith(`${key}:`, start)) + 1
  }

  #add(
    severity: 'error' | 'warning',
    code: string,
    key: string,
    said: { message: string; hint: string },
  ): void {
    const at = { path: this.#document.label, line: Math.max(1, this.#lineOf(key)), column: 1 }
    this.#found.push({ code: `claude/${code}`, severity, ...said, at })
  }
}

/** True for text whose brackets open and close in order: `Bash(git add:*), Read`. */
function isBalanced(text: string): boolean {
  let open = 0
  for (const character of text) {
    if (character === '(') open++
    else if (character === ')' && --open < 0) return false
  }
  return open === 0 && text.trim() !== ''
}
