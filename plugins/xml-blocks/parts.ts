import {
  type Block,
  type CodedError,
  type Document,
  type Gate,
  type GateSeverity,
  type Parts,
  type Phase,
  readSeverity,
  type Setting,
} from 'heddle'
import { allBlocks, attributeOf, ownText } from './dialect.ts'

/** The typed parts of a document: gates, settings, phases, coded errors, triggers, and the names that `#…` may address. */
export function readParts(document: Document): Parts {
  const names = new Set<string>()
  const gates: Gate[] = []
  const settings: Setting[] = []
  const phases: Phase[] = []
  const errors: CodedError[] = []
  const triggers: string[] = []
  for (const block of allBlocks(document.blocks)) {
    names.add(block.name)
    const name = attributeOf(block, 'name')
    if (name !== null && name !== '') names.add(name)
    if (block.name === 'gate') gates.push(...readGate(document, block))
    else if (block.name === 'setting' && name) settings.push(readSetting(document, block, name))
    else if (block.name === 'phase') phases.push(...readPhase(document, block))
    else if (block.name === 'error') errors.push(...readError(document, block))
    else if (block.name === 'trigger_conditions') triggers.push(...readTriggers(document, block))
  }
  return { gates, settings, phases, errors, triggers, names: [...names] }
}

function lineOf(document: Document, block: Block): number {
  return document.lines.place(block.start).line
}

/** The attribute `name`; an element without one may be named by its text alone. */
function nameOf(document: Document, block: Block): string | null {
  const said = attributeOf(block, 'name')
  if (said !== null || block.children.length > 0) return said
  const text = ownText(document, block)
  return text.length <= 80 ? text : null
}

function readGate(document: Document, block: Block): Gate[] {
  const name = nameOf(document, block)
  if (!name) return []
  const said = ownText(document, block)
  const text = attributeOf(block, 'requirement') ?? (said === name ? '' : said)
  return [{ name, severity: severityOf(block), text, line: lineOf(document, block) }]
}

/** A gate that says nothing of how hard it is warns. */
function severityOf(block: Block): GateSeverity {
  return readSeverity((key) => attributeOf(block, key)) ?? 'warning'
}

function readSetting(document: Document, block: Block, name: string): Setting {
  const required = attributeOf(block, 'required')?.toLowerCase() === 'true'
  return { name, default: attributeOf(block, 'default'), required, line: lineOf(document, block) }
}

function readPhase(document: Document, block: Block): Phase[] {
  const name = nameOf(document, block)
  if (!name) return []
  const order = attributeOf(block, 'order')
  const isNumber = order !== null && /^\d{1,6}$/.test(order)
  return [{ name, order: isNumber ? Number(order) : null, line: lineOf(document, block) }]
}

function readError(document: Document, block: Block): CodedError[] {
  const code = attributeOf(block, 'code')
  if (!code) return []
  const said = [ownText(document, block), ...block.children.map((child) => ownText(document, child))]
  const text = said.find((part) => part !== '') ?? ''
  return [{ code, severity: attributeOf(block, 'severity'), text, line: lineOf(document, block) }]
}

function readTriggers(document: Document, block: Block): string[] {
  const conditions = allBlocks(block.children).filter(({ children }) => children.length === 0)
  const said = conditions.map((condition) => ownText(document, condition)).filter((text) => text !== '')
  const own = ownText(document, block)
  return said.length === 0 && own !== '' ? [own] : said
}
