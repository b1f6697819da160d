import type { PlaceFormat } from './format.ts'
import { withRule } from './place.ts'

const said = /^: (error|warning|note): (.+)$/

/** `a.py:1: error: text  [rule]`. A note belongs to the error above it, and is no finding of its own. */
export const mypy: PlaceFormat = {
  tool: 'mypy',
  match(rest, path) {
    const found = /\.pyi?$/.test(path) ? said.exec(rest) : null
    if (!found) return undefined
    const severity = found[1] === 'note' ? 'info' : (found[1] as 'error' | 'warning')
    return { severity, ...withRule(found[2]!, '[') }
  },
}
