import { useState } from 'preact/hooks'
import { api, type Refused } from './api.ts'
import { Fault } from './parts.tsx'

/** What an operation gave, in full: text as it is, everything else as JSON; what is stored apart is fetched when it is asked for. */
export function Output({ run, value }: { readonly run: string; readonly value: unknown }) {
  if (value === null || value === undefined || value === '') return <p class="nothing">No output.</p>
  if (isStored(value)) return <Stored run={run} stored={value} />
  if (typeof value === 'string') return <Text text={value} />
  if (typeof value !== 'object' || Array.isArray(value)) return <Text text={JSON.stringify(value, null, 2)} />
  return (
    <dl class="output">
      {Object.entries(value)
        .filter(([, part]) => part !== null && part !== '')
        .map(([name, part]: [string, unknown]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{isShort(part) ? String(part) : <Output run={run} value={part} />}</dd>
          </div>
        ))}
    </dl>
  )
}

function isShort(value: unknown): boolean {
  return (
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    (typeof value === 'string' && !/\n/.test(value) && value.length < 120)
  )
}

const folded = 40

function Text({ text }: { readonly text: string }) {
  const [isWhole, setWhole] = useState(false)
  const lines = text.split('\n')
  const isLong = lines.length > folded + 10
  return (
    <>
      <pre tabIndex={0}>{isWhole || !isLong ? text : lines.slice(0, folded).join('\n')}</pre>
      {isLong && (
        <button type="button" class="quiet" onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'fold' : `all ${lines.length} lines`}
        </button>
      )}
    </>
  )
}

interface StoredOutput {
  readonly blob: string
  readonly bytes: number
  readonly head: string
  readonly tail: string
}

function isStored(value: unknown): value is StoredOutput {
  return typeof value === 'object' && value !== null && 'blob' in value && 'bytes' in value && 'head' in value
}

/** Piece by piece, since it may be larger than a page should swallow at once. */
function Stored({ run, stored }: { readonly run: string; readonly stored: StoredOutput }) {
  const [pieces, setPieces] = useState<readonly string[]>([])
  const [next, setNext] = useState(0)
  const [isComing, setComing] = useState(false)
  const [fault, setFault] = useState<Refused>()
  const { blob, bytes, head, tail } = stored
  const more = async (): Promise<void> => {
    setComing(true)
    try {
      const piece = await api.output(run, blob, next)
      setPieces([...pieces, piece.text])
      setNext(piece.next)
    } catch (thrown) {
      setFault(thrown as Refused)
    } finally {
      setComing(false)
    }
  }
  return (
    <>
      {pieces.length === 0 ? (
        <>
          <Text text={head} />
          <p class="soft">… {bytes.toLocaleString('en')} bytes in all; the start and the end are shown …</p>
          <Text text={tail} />
        </>
      ) : (
        <div class="pieces" tabIndex={0}>
          {pieces.map((text, index) => (
            <pre key={index}>{text}</pre>
          ))}
        </div>
      )}
      {fault && <Fault fault={fault} />}
      {next < bytes && !fault && (
        <button type="button" disabled={isComing} onClick={() => void more()}>
          {next === 0 ? 'Show all of it' : `Show more: ${Math.round((next / bytes) * 100)} % is here`}
        </button>
      )}
    </>
  )
}
