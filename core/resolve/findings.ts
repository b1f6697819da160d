import type { Diagnostic, Severity } from '../base/diagnostic.ts'
import { decodePercent, type Form, type Reference } from '../module/reference.ts'
import { parentOf, type Path, relativeTo } from '../vfs/path.ts'
import { searchable } from './fold.ts'
import type { Resolution } from './trail.ts'

const most = 5
/** Forms that are written from their own file, as one says several of them. */
const fromFile: Partial<Readonly<Record<Form, string>>> = {
  link: 'links',
  image: 'images',
  import: 'imports',
}

/**
 * What to tell the author about one reference, or undefined when all is well. Only what must exist is an error: modules and
 * project files that a form other than a mention names.
 */
export function findingOf(
  reference: Reference,
  resolution: Resolution,
  from: string,
): Diagnostic | undefined {
  return mustExist(reference, resolution) ? faultOf(reference, resolution, from) : undefined
}

/** The same for a reference that must exist, whatever it names. */
export function faultOf(reference: Reference, resolution: Resolution, from: string): Diagnostic | undefined {
  const at = { path: from, line: reference.line, column: reference.column }
  const quoted = `"${reference.text}"`
  switch (resolution.status) {
    case 'resolved':
    case null:
      return undefined
    case 'searched':
      return {
        ...finding(
          'REFERENCE_SEARCHED',
          'warning',
          `${quoted} was only found by searching: ${resolution.to}.`,
        ),
        hint: `Write the path so that it resolves: ${resolution.to}.`,
        suggestion: { path: resolution.to!, confidence: 1 },
        at,
      }
    case 'ambiguous':
      return {
        ...finding(
          'REFERENCE_AMBIGUOUS',
          'error',
          `${quoted} fits ${resolution.candidates.length} files: ${few(resolution.candidates)}.`,
        ),
        hint: 'Write enough of the path to name one of them.',
        candidates: resolution.candidates,
        at,
      }
    case 'outside':
      return {
        ...(resolution.throughLink ? leadingOut(quoted) : leaving(quoted)),
        hint: hintForOutside(reference, resolution, from),
        ...asData(resolution),
        at,
      }
    case 'missing':
      return {
        ...(resolution.differs ? differing(quoted, resolution) : missing(quoted, reference)),
        hint: hintForMissing(reference, resolution, from),
        ...asData(resolution),
        at,
      }
    default:
      return resolution.status satisfies never
  }
}

/** True for references that a checker grades: classes module and file, mentions apart. */
export function mustExist(
  reference: Pick<Reference, 'form'>,
  resolution: Pick<Resolution, 'class'>,
): boolean {
  return reference.form !== 'mention' && (resolution.class === 'module' || resolution.class === 'file')
}

function finding(code: string, severity: Severity, message: string): Said {
  return { code, severity, message }
}

type Said = Pick<Diagnostic, 'code' | 'severity' | 'message'>

function leaving(quoted: string): Said {
  return finding('OUTSIDE_ROOT', 'error', `${quoted} leaves the root of the project.`)
}

function leadingOut(quoted: string): Said {
  return finding(
    'OUTSIDE_ROOT',
    'error',
    `${quoted} goes through a link that leads to no place inside the root.`,
  )
}

function hintForOutside(reference: Reference, resolution: Resolution, from: string): string {
  if (resolution.suggestion) return suggested(reference, resolution, from)
  return resolution.throughLink
    ? 'Replace the link by what it stands for, or refer to a file below the root.'
    : 'Refer to a file below the root.'
}

function missing(quoted: string, { target }: Reference): Said {
  const what = target.endsWith('/') ? 'folder' : 'file'
  return finding('REFERENCE_MISSING', 'error', `${quoted} names a ${what} that does not exist.`)
}

/** What one system opens and another does not, so that it breaks on somebody else's machine. */
function differing(quoted: string, { differs, suggestion }: Resolution): Said {
  const name = suggestion?.path
  return differs === 'case'
    ? finding(
        'REFERENCE_CASE',
        'error',
        `${quoted} differs from ${name} in letter case: it works on some systems and breaks on others.`,
      )
    : finding(
        'REFERENCE_UNICODE',
        'error',
        `${quoted} writes its letters in another Unicode form than ${name}: it works on some systems and breaks on others.`,
      )
}

function hintForMissing(reference: Reference, resolution: Resolution, from: string): string {
  const near = resolution.suggestion ? suggested(reference, resolution, from) : undefined
  if (resolution.hint !== null) return near ? `${resolution.hint} ${near}` : resolution.hint
  return near ?? `Create it, or remove the reference. Tried: ${few(triedOf(resolution))}.`
}

/** What is written from its own file is suggested so too, with a word on why the path from the root does not do. */
function suggested(reference: Reference, { suggestion }: Resolution, from: string): string {
  const { path } = suggestion!
  const several = fromFile[reference.form]
  if (several === undefined) return `Did you mean ${path}?`
  const written = relativeTo(path as Path, parentOf(from as Path))
  const meant = `${reference.form === 'import' ? '@' : ''}${written}`
  if (written === path) return `Did you mean ${meant}?`
  const isFromRoot = searchable(decodePercent(reference.target)) === path
  const why = isFromRoot ? `It is there from the root, but ${several} start at their own file. ` : ''
  return `${why}Did you mean ${meant} (${path})?`
}

function asData({ suggestion }: Resolution): Pick<Diagnostic, 'suggestion'> {
  return suggestion ? { suggestion } : {}
}

function triedOf(resolution: Resolution): string[] {
  return [...new Set(resolution.tried.map(({ path }) => path))]
}

function few(paths: readonly string[]): string {
  const shown = paths.slice(0, most).join(', ')
  return paths.length > most ? `${shown} and ${paths.length - most} more` : shown
}
