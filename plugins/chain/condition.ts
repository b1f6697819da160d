const operators = ['==', '!=', '>=', '<=', '>', '<', 'contains'] as const

/** A question about a value of an earlier step: `find.count > 0`, `not find.files`, `test.status == failed`. */
export interface Condition {
  readonly text: string
  readonly path: string
  readonly isNegated: boolean
  readonly operator: (typeof operators)[number] | null
  readonly operand: unknown
}

/** The condition that a text is; undefined when it is none. */
export function parseCondition(text: string): Condition | undefined {
  const found =
    /^\s*(not\s+)?([A-Za-z][\w-]*(?:\.[\w-]+)*)(?:\s*(==|!=|>=|<=|>|<|\bcontains\b)\s*(\S.*?))?\s*$/.exec(
      text,
    )
  if (!found) return undefined
  const [, not, path = '', operator, operand] = found
  return {
    text: text.trim(),
    path,
    isNegated: not !== undefined,
    operator: operators.find((each) => each === operator) ?? null,
    operand: operand === undefined ? null : literalOf(operand),
  }
}

/** Whether a condition holds; throws when there is no such value. */
export function holds(
  { path, isNegated, operator, operand }: Condition,
  valueOf: (path: string) => unknown,
): boolean {
  const value = valueOf(path)
  return isNegated !== (operator === null ? isSomething(value) : compare(value, operator, operand))
}

/** True when it asks how a step ended, so that it can be asked of one that failed. */
export function asksStatus({ path }: Condition): boolean {
  return path.endsWith('.status')
}

/** The step that a condition asks about. */
export function stepOf(path: string): string {
  return path.split('.')[0]!
}

function literalOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text.replace(/^'(.*)'$/s, '$1')
  }
}

/** Nothing, zero, an empty text and an empty list are none. */
function isSomething(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value)
}

function compare(value: unknown, operator: NonNullable<Condition['operator']>, operand: unknown): boolean {
  switch (operator) {
    case '==':
      return value === operand
    case '!=':
      return value !== operand
    case 'contains':
      return Array.isArray(value) ? value.includes(operand) : String(value).includes(String(operand))
    default:
      return ordered(Number(value), operator, Number(operand))
  }
}

function ordered(a: number, operator: '>=' | '<=' | '>' | '<', b: number): boolean {
  if (operator === '>') return a > b
  if (operator === '<') return a < b
  return operator === '>=' ? a >= b : a <= b
}
