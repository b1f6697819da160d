import type { Diagnostic } from '../base/diagnostic.ts'
import { HeddleError } from '../base/diagnostic.ts'
import type { Result } from '../base/result.ts'
import { done, failed } from '../base/result.ts'
import { compileRule, type Rule } from './deny.ts'
import { foldName } from './fold-name.ts'
import { findUnsafe } from './names.ts'
import { createAdmission } from './admission.ts'
import { type Path, rootPath } from './path.ts'

export interface GateOptions {
  /** Further deny rules: `secrets/**`, `*.key`. They match at any depth, in any case, and everything below a match. */
  readonly deny?: readonly string[]
  /** For tests only: lets every path through and makes drivers trust every handle, to show that the tests can fail. */
  readonly off?: boolean
}

/** The one check that every path passes before a driver uses it. */
export interface Gate {
  /** The normalised path, or why it is refused: `OUTSIDE_ROOT`, `NAME_UNSAFE` or `DENIED_BY_RULE`. */
  check(text: string): Result<Path>
  /** The normalised path; throws what `check` refuses. */
  require(text: string): Path
  /**
   * Says of names whether the entry of that name in `folder` has a path that passes as it is written: what `check` says of
   * that path, cheaper for many names of one folder.
   */
  admitting(folder: Path): (name: string) => boolean
  /** False only in tests that have switched the gate off. */
  readonly on: boolean
}

const builtInRules: readonly Rule[] = [
  '.env',
  '.env.*',
  '*.pem',
  '*.p12',
  '*.pfx',
  'id_rsa*',
  'id_dsa*',
  'id_ecdsa*',
  'id_ed25519*',
  '.git/**',
  '.heddle/state/**',
].map(compileRule)
/** What the built-in rules let pass: it holds no secrets, and everybody wants to read it. */
const example = '.env.example'
const rememberedPaths = 20_000

/** Normalises text to a path; refuses what leaves the root (`OUTSIDE_ROOT`) and what other systems read differently (`NAME_UNSAFE`). */
export function parsePath(text: string): Result<Path> {
  return walk([], text)
}

/** The path that `text` means when it is written in `folder`; `../` may go up as far as the root. */
export function resolvePath(folder: Path, text: string): Result<Path> {
  return walk(folder === '' ? [] : folder.split('/'), text)
}

/**
 * A gate with the built-in deny rules (environment files, private keys, version control, our own state) and more; throws
 * `DENY_RULE` for a rule that could never match.
 */
export function createGate(options: GateOptions = {}): Gate {
  if (options.off) {
    return {
      check: (text) => done(text as Path),
      require: (text) => text as Path,
      admitting: () => () => true,
      on: false,
    }
  }
  const rules = (options.deny ?? []).map(compileRule)
  let accepted = new Set<string>()

  function check(text: string): Result<Path> {
    if (accepted.has(text)) return done(text as Path)
    const checked = admission.isPlain(text) ? done(text as Path) : checkClosely(text)
    if (!checked.ok) return checked
    if (accepted.size >= rememberedPaths) accepted = new Set()
    accepted.add(checked.value)
    return checked
  }

  function checkClosely(text: string): Result<Path> {
    const parsed = parsePath(text)
    if (!parsed.ok) return parsed
    const segments = foldedSegments(parsed.value)
    const strict = withoutExample(segments)
    const rule =
      builtInRules.find((rule) => rule.matches(strict)) ?? rules.find((rule) => rule.matches(segments))
    return rule ? failed(denied(parsed.value, rule.text)) : parsed
  }

  const admission = createAdmission([...builtInRules, ...rules], check)

  return {
    check,
    admitting: (folder) =>
      folder === rootPath || isChecked(check(folder), folder) ? admission.inFolder(folder) : () => false,
    require(text) {
      if (accepted.has(text)) return text as Path
      const checked = check(text)
      if (!checked.ok) throw new HeddleError(checked.diagnostic)
      return checked.value
    },
    on: true,
  }
}

function isChecked(checked: Result<Path>, path: Path): boolean {
  return checked.ok && checked.value === path
}

function walk(start: readonly string[], text: string): Result<Path> {
  const absolute = findAbsolute(text)
  if (absolute) return failed(outside(text, absolute))
  const unsafe = findUnsafe(text)
  if (unsafe) return failed(nameUnsafe(text, unsafe.why, unsafe.hint))
  const segments = [...start]
  for (const segment of text.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') segments.push(segment)
    else if (segments.pop() === undefined) return failed(outside(text, 'leaves the root'))
  }
  return done(segments.join('/') as Path)
}

function findAbsolute(text: string): string | undefined {
  if (/^[/\\]/.test(text)) return 'is absolute'
  if (/^[a-z]:/i.test(text)) return 'names a drive'
  if (/^[a-z][a-z0-9+.-]*:\//i.test(text)) return 'is a URL'
  if (text === '~' || text.startsWith('~/')) return 'starts in a home folder'
  return undefined
}

function withoutExample(segments: readonly string[]): readonly string[] {
  return segments.includes(example) ? segments.filter((segment) => segment !== example) : segments
}

function foldedSegments(path: Path): string[] {
  return path.split('/').map(foldName)
}

function outside(text: string, why: string): Diagnostic {
  const message = `${visible(text)} ${why}, so it is not inside a declared root.`
  return {
    code: 'OUTSIDE_ROOT',
    severity: 'error',
    message,
    hint: 'Name it relative to the root, or add a root that holds it.',
  }
}

function nameUnsafe(text: string, why: string, hint: string): Diagnostic {
  return { code: 'NAME_UNSAFE', severity: 'error', message: `${visible(text)} ${why}.`, hint }
}

function denied(path: Path, rule: string): Diagnostic {
  const message = `${visible(path)} matches the deny rule "${rule}".`
  return {
    code: 'DENIED_BY_RULE',
    severity: 'error',
    message,
    hint: 'Keep secrets and internals out of modules; use another file.',
  }
}

/** Quoted, shortened, and with every character that cannot be seen written as an escape. */
function visible(text: string): string {
  const short = text.length > 200 ? `${text.slice(0, 200)}…` : text
  const escaped = short.replace(
    /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  )
  return `"${escaped}"`
}
