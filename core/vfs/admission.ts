import type { Result } from '../base/result.ts'
import type { Rule } from './deny.ts'
import { childOf, type Path } from './path.ts'

/** What every system reads alike, in any folder: no device, no dot or space at the end, no short form. */
const plain = /^(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$))[\w.-]{0,254}[\w-]$/i
/** Folders with longer paths may have no room for a name of any length. */
const roomyPath = 3800
const rememberedNames = 20_000

/** What a gate lets in without looking at it more closely. */
export interface Admission {
  /** True for a path of plain names, none of which ends a match of a rule. */
  isPlain(text: string): boolean
  /**
   * Says of the names in a folder that itself passes whether their paths pass. Plain names are let in without `check`: the rest
   * of their path is the folder's, which has passed.
   */
  inFolder(folder: Path): (name: string) => boolean
}

/** The admission of a gate with these rules; `check` is asked about what is not plain. */
export function createAdmission(rules: readonly Rule[], check: (text: string) => Result<Path>): Admission {
  const closed = lastNames(rules)

  /** Names that pass in every folder: to look one up takes a tenth of the time to test it. */
  let known = new Set<string>()

  function isKnown(name: string): boolean {
    if (known.has(name)) return true
    if (!plain.test(name) || closed!.test(name.toLowerCase())) return false
    if (known.size >= rememberedNames) known = new Set()
    known.add(name)
    return true
  }

  function passes(folder: Path, name: string): boolean {
    if (name === '' || name.includes('/')) return false
    const path = childOf(folder, name)
    const checked = check(path)
    return checked.ok && checked.value === path
  }

  return {
    isPlain: (text) => closed !== undefined && text.length < roomyPath && text.split('/').every(isKnown),
    inFolder(folder) {
      const areKnown = closed !== undefined && folder.length < roomyPath
      return (name) => (areKnown && isKnown(name)) || passes(folder, name)
    },
  }
}

/** Matches every name that may end a match of one of the rules; undefined when some rule may end in any name. */
function lastNames(rules: readonly Rule[]): RegExp | undefined {
  const sources: string[] = []
  for (const { lastName } of rules) {
    if (!lastName) return undefined
    sources.push(`(?:${lastName.source})`)
  }
  return new RegExp(sources.join('|'), 'su')
}
