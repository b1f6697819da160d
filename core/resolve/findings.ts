import type { Diagnostic, Severity } from '../base/diagnostic.ts'
import type { Form, Reference } from '../module/reference.ts'
import { parentOf, type Path, relativeTo } from '../vfs/path.ts'
import type { Resolution } from './trail.ts'

const most = 5
const fromFile: ReadonlySet<Form> = new Set<Form>(['link', 'image', 'import'])

/**
 * What to tell the author about one reference, or undefined when all is well. Only what must exist is an error: modules and
 * project files that a form other than a mention names.
 */
export function findingOf(
  reference: Reference,
  resolution: Resolution,
  from: string,
): Diagnostic | undefined {
  if (!mustExist(reference, resolution)) return undefined
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
        ...finding('OUTSIDE_ROOT', 'error', `${quoted} leaves the root of the project.`),
        hint: resolution.suggestion
          ? suggested(reference, resolution, from)
          : 'Refer to a file below the root.',
        ...asData(resolution),
        at,
      }
    case 'missing':
      return {
        ...(resolution.differs ? differing(quoted, resolution) : missing(quoted)),
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

function missing(quoted: string): Said {
  return finding('REFERENCE_MISSING', 'error', `${quoted} names a file that does not exist.`)
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

/** Links and imports are written from their own file, so that is how the suggestion is written too. */
function suggested(reference: Reference, { suggestion }: Resolution, from: string): string {
  const { path } = suggestion!
  if (!fromFile.has(reference.form)) return `Did you mean ${path}?`
  const written = relativeTo(path as Path, parentOf(from as Path))
  return written === path ? `Did you mean ${path}?` : `Did you mean ${written} (${path})?`
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
