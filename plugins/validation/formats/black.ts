import { finding, type LineFormat } from './format.ts'

const would = /^would reformat (.+)$/
const cannot = /^error: cannot format (.+?): (.+)$/

/** `black --check`: files that it would change, and those that it cannot read. */
export const black: LineFormat = {
  tool: 'black',
  open: (sink) => ({
    line(text) {
      const change = would.exec(text)
      if (change) {
        const message = 'The format is not the one that black gives.'
        sink.found(finding({ tool: 'black', rule: 'format', path: change[1]!, message }))
        return true
      }
      const broken = cannot.exec(text)
      if (!broken) return false
      const [, path, message] = broken
      const place = /: (\d+):(\d+)/.exec(message!)
      sink.found(
        finding({
          tool: 'black',
          rule: 'parse',
          path: path!,
          message: message!,
          line: Number(place?.[1] ?? 1),
          column: Number(place?.[2] ?? 0) + 1,
        }),
      )
      return true
    },
  }),
}
