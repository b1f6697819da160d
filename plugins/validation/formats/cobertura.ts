import type { XmlFormat } from './format.ts'
import { readXml } from './xml.ts'

/** Cobertura XML: lines by class, brought together by file. Lines of methods stand there a second time and count once. */
export const cobertura: XmlFormat = {
  tool: 'cobertura',
  roots: ['coverage'],
  read(text, sink) {
    const files = new Map<string, Map<string, boolean>>()
    let lines: Map<string, boolean> | undefined
    for (const event of readXml(text)) {
      if (event.type !== 'open') continue
      const { name, attributes } = event
      if (name === 'class') {
        const path = attributes.get('filename') ?? ''
        lines = files.get(path) ?? new Map<string, boolean>()
        files.set(path, lines)
      } else if (name === 'line' && lines) {
        const number = attributes.get('number') ?? ''
        lines.set(number, lines.get(number) === true || Number(attributes.get('hits')) > 0)
      }
    }
    for (const [path, lines] of files) {
      sink.coverage({ path, covered: [...lines.values()].filter(Boolean).length, total: lines.size })
    }
  },
}
