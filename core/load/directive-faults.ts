import type { Diagnostic, Place } from '../base/diagnostic.ts'
import { findNearest } from '../base/nearest.ts'
import type { Directive } from '../module/module.ts'
import { checkCodes, meaningOf } from './codes.ts'

/** What is wrong with directives by themselves: no reason, no code, a code that does not exist. `id` is where they stand. */
export function findDirectiveFaults(id: string, directives: readonly Directive[]): Diagnostic[] {
  return directives.flatMap((directive) => {
    const unknown = directive.codes.filter((code) => !code.includes('/') && meaningOf(code) === undefined)
    return [
      ...(directive.reason === null ? [withoutReason(id, directive)] : []),
      ...(directive.codes.length === 0 ? [withoutCode(id, directive)] : []),
      ...unknown.map((code) => unknownCode(id, directive, code)),
    ]
  })
}

function withoutReason(id: string, directive: Directive): Diagnostic {
  const codes = directive.codes.length > 0 ? directive.codes.join(', ') : 'CODE'
  return {
    code: 'SUPPRESSION_REASON',
    severity: 'warning',
    message: 'A directive to ignore findings gives no reason, so nothing is ignored.',
    hint: `Say why: heddle-ignore ${codes}: because ….`,
    at: placeOf(id, directive),
  }
}

function withoutCode(id: string, directive: Directive): Diagnostic {
  return {
    code: 'SUPPRESSION_CODE',
    severity: 'warning',
    message: 'A directive to ignore findings names no code, so nothing is ignored.',
    hint: 'Name the code that the finding ends with: heddle-ignore ORPHAN: because ….',
    at: placeOf(id, directive),
  }
}

function unknownCode(id: string, directive: Directive, code: string): Diagnostic {
  const [near] = findNearest(code.toUpperCase(), checkCodes, 1)
  return {
    code: 'SUPPRESSION_CODE',
    severity: 'warning',
    message: `"${code}" is no code of a finding, so nothing is ignored.`,
    hint: near ? `Did you mean ${near.value}?` : 'Write the code that the finding ends with.',
    at: placeOf(id, directive),
  }
}

function placeOf(path: string, { line, column }: Directive): Place {
  return { path, line, column }
}
