import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Diagnostic, Standing } from './api.ts'
import { CodeFrame } from './frame.tsx'
import { OpenInEditor } from './parts.tsx'

/** The fault that keeps an edited configuration or plugin from being served, over everything until it is mended or put away. */
export function ErrorOverlay({ standing }: { readonly standing: Standing | undefined }) {
  const fault = standing?.fault ?? null
  const [away, setAway] = useState<string>()
  const dialog = useRef<HTMLDialogElement>(null)
  const key = fault && `${fault.message} ${fault.at?.line}`
  const isOpen = key !== null && key !== away
  useLayoutEffect(() => {
    if (isOpen && !dialog.current?.open) dialog.current?.showModal()
    if (!isOpen) dialog.current?.close()
  }, [isOpen, key])
  // The notice of closing comes later than the closing: by then the next fault may be shown.
  const onClose = (): void => {
    if (!dialog.current?.open) setAway(key ?? undefined)
  }
  if (!fault) return null
  return (
    <dialog ref={dialog} class="overlay" aria-labelledby="fault" onClose={onClose}>
      <h2 id="fault">
        <span class="severity">error</span> <code>{fault.code}</code>
      </h2>
      <p>{fault.message}</p>
      {fault.at && (
        <>
          <p class="place">
            <code>
              {fault.at.path}:{fault.at.line}:{fault.at.column}
            </code>
            <OpenInEditor {...fault.at} />
          </p>
          <CodeFrame key={key} at={fault.at} />
        </>
      )}
      {fault.hint && <p class="hint">→ {fault.hint}</p>}
      <form method="dialog">
        <button type="submit">Go on with what was loaded before</button> <kbd>Esc</kbd>
      </form>
    </dialog>
  )
}

/** What is wrong with what is served, besides its modules. */
export function Faults({ standing }: { readonly standing: Standing | undefined }) {
  if (!standing) return null
  const { fault, faults, degraded } = standing
  const shown: readonly Diagnostic[] = [...(fault ? [fault] : []), ...faults]
  if (shown.length === 0 && !degraded) return null
  return (
    <div class="faults" role="alert">
      {degraded && <p>Change notices are being lost; everything is looked at again and again.</p>}
      {shown.slice(0, 5).map(({ code, message, hint, at }) => (
        <p key={code + message}>
          <code>{code}</code> {at && <code>{`${at.path}:${at.line}`}</code>} {message} {hint && `→ ${hint}`}
        </p>
      ))}
      {shown.length > 5 && <p>{shown.length - 5} more: heddle check tells them all.</p>}
    </div>
  )
}
