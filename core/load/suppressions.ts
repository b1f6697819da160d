import type { Diagnostic } from '../base/diagnostic.ts'
import type { Directive } from '../module/module.ts'
import type { Card } from './card.ts'
import { meaningOf } from './codes.ts'

/** Findings after the authors' directives. */
export interface Graded {
  readonly findings: readonly Diagnostic[]
  readonly suppressed: readonly Diagnostic[]
}

/**
 * Takes out the findings that a directive of their file silences, and adds one for every code of a directive that silences
 * none. Findings about directives cannot be silenced.
 */
export function suppress(findings: readonly Diagnostic[], cards: readonly Card[]): Graded {
  const rules = new Map<string, Rule[]>()
  for (const { id, directives } of cards)
    if (directives.length > 0) rules.set(id, directives.flatMap(rulesOf))
  if (rules.size === 0) return { findings, suppressed: [] }
  const suppressed: Diagnostic[] = []
  const kept = findings.filter((finding) => {
    const silencing = rules.get(finding.at?.path ?? '')?.filter((rule) => silences(rule, finding)) ?? []
    for (const rule of silencing) rule.used = true
    if (silencing.length > 0) suppressed.push(finding)
    return silencing.length === 0
  })
  const unused = [...rules].flatMap(([id, own]) =>
    own.filter(({ used }) => !used).map((rule) => unusedCode(id, rule)),
  )
  return { findings: [...kept, ...unused], suppressed }
}

interface Rule {
  readonly code: string
  readonly directive: Directive
  used: boolean
}

/** What a directive silences; those with a fault of their own are named for it already. */
function rulesOf(directive: Directive): Rule[] {
  if (directive.reason === null) return []
  return directive.codes
    .filter((code) => code.includes('/') || meaningOf(code) !== undefined)
    .map((code) => ({ code, directive, used: false }))
}

function silences({ code, directive: { lines } }: Rule, finding: Diagnostic): boolean {
  const { line = 0 } = finding.at ?? {}
  if (lines && (line < lines[0] || line > lines[1])) return false
  if (finding.code.startsWith('SUPPRESSION_')) return false
  return code.endsWith('/*') ? finding.code.startsWith(code.slice(0, -1)) : finding.code === code
}

function unusedCode(id: string, { code, directive }: Rule): Diagnostic {
  const where = directive.lines ? 'here' : 'in this file'
  return {
    code: 'SUPPRESSION_UNUSED',
    severity: 'info',
    message: `There is no finding ${code} ${where} to ignore.`,
    hint: 'Remove it from the directive.',
    at: { path: id, line: directive.line, column: directive.column },
  }
}
