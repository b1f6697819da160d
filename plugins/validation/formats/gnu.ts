import type { PlaceFormat } from './format.ts'
import { withRule } from './place.ts'

/** Warnings of what is installed are nothing of the project's. */
const foreign = /(?:^|\/)(?:site-packages|dist-packages|node_modules)\//
const weight = /^(?:fatal )?(error|warning|note|info): +/i

/** `file:line:column: text`, the form that most tools of the world share; the severity is the one in front of the text. */
export const gnu: PlaceFormat = {
  tool: 'other',
  match(rest, path) {
    if (!/^: +\S/.test(rest) || foreign.test(path)) return undefined
    const text = rest.slice(1).trimStart()
    const found = weight.exec(text)
    const severity = /^(?:warning|note|info)\b|^\w+Warning: /i.test(text) ? 'warning' : 'error'
    return { severity, ...withRule(found ? text.slice(found[0].length) : text, '[') }
  },
}
