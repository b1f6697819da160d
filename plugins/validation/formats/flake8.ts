import type { PlaceFormat } from './format.ts'

const said = /^: ([A-Z]{1,4}\d{1,5}) (?!\[\*\])(.+)$/

/** `a.py:1:1: F401 text`. Codes of E9 and F are errors, the others are style. */
export const flake8: PlaceFormat = {
  tool: 'flake8',
  match(rest) {
    const found = said.exec(rest)
    if (!found) return undefined
    const [, rule, message] = found
    return { severity: /^(?:E|F)/.test(rule!) ? 'error' : 'warning', rule: rule!, message: message! }
  },
}
