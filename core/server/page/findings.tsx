import { useMemo, useState } from 'preact/hooks'
import type { Diagnostic } from './api.ts'
import { CodeFrame } from './frame.tsx'
import { ModuleLink, OpenInEditor } from './parts.tsx'

const weights = { error: 0, warning: 1, info: 2 } as const

/** The same finding, at each of its places. */
interface Same {
  readonly first: Diagnostic
  readonly places: readonly Place[]
}

type Place = NonNullable<Diagnostic['at']>

/** Findings, the worst first and what stands in most places before the rest; each place can be unfolded to its lines. */
export function Findings({
  diagnostics,
  most = 60,
}: {
  readonly diagnostics: readonly Diagnostic[]
  readonly most?: number
}) {
  const [shown, setShown] = useState(most)
  const grouped = useMemo(() => groupSame(diagnostics), [diagnostics])
  if (grouped.length === 0) return <p class="nothing">No problems.</p>
  return (
    <>
      <ul class="findings">
        {grouped.slice(0, shown).map((same, index) => (
          <Finding key={`${same.first.code} ${same.first.message} ${index}`} same={same} />
        ))}
      </ul>
      {grouped.length > shown && (
        <button type="button" onClick={() => setShown(shown + most)}>
          Show {Math.min(most, grouped.length - shown)} more of {grouped.length}
        </button>
      )}
    </>
  )
}

function groupSame(diagnostics: readonly Diagnostic[]): readonly Same[] {
  const groups = new Map<string, { first: Diagnostic; places: Place[] }>()
  for (const one of diagnostics) {
    const key = `${one.code}\0${one.message}\0${one.hint}\0${one.plugin}`
    const group = groups.get(key) ?? { first: one, places: [] }
    if (one.at) group.places.push(one.at)
    groups.set(key, group)
  }
  return [...groups.values()].sort(
    (a, b) => weights[a.first.severity] - weights[b.first.severity] || b.places.length - a.places.length,
  )
}

const mostPlaces = 3

function Finding({ same: { first, places } }: { readonly same: Same }) {
  const [isWhole, setWhole] = useState(false)
  const { severity, message, code, hint, plugin } = first
  return (
    <li class={severity}>
      <div>
        <span class="severity">{severity}</span> {message} <code class="soft">{code}</code>
        {plugin && <span class="soft"> by {plugin}</span>}
      </div>
      {hint && <div class="hint">→ {hint}</div>}
      {places.slice(0, isWhole ? undefined : mostPlaces).map((at) => (
        <FindingPlace key={`${at.path}:${at.line}:${at.column}`} at={at} />
      ))}
      {places.length > mostPlaces && (
        <button type="button" class="quiet" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'fewer places' : `all ${places.length} places`}
        </button>
      )}
    </li>
  )
}

function FindingPlace({ at }: { readonly at: Place }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <div class="place">
        <ModuleLink id={at.path} line={at.line} />
        <button
          type="button"
          class="quiet"
          aria-expanded={isOpen}
          aria-label={`Lines of ${at.path}:${at.line}`}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? 'hide' : 'lines'}
        </button>
        <OpenInEditor {...at} />
      </div>
      {isOpen && <CodeFrame at={at} />}
    </>
  )
}
