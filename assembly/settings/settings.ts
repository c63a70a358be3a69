// The door of the room: what the rest of the phone knows of settings.
export {
  Setting, SETTINGS, LINE_SETTINGS, Kind, Affinity, RetryMode, WeightAlgo, UseNaptr, Profile, EqualChoice, AddrOrder, ProbeMethod, Failback, FailbackOrder, DnsRefresh,
  RemovedActive, Carrier, RetryAfter, Methods, Codecs, Dtmf, AutoAnswer, Prack, Mwi, Refer, nameOf, kindOf, leastOf, mostOf, unitOf, helpOf, isText, find,
} from "./table"
export { Origin, originOf, account, adoptAccount, inCodes, isDefault, isUsual, knob, number, restoreDefaults, setNumber, words } from "./values"
export { Key, assign, full, keyOf, lineOf, settingOf } from "./check"
export { beginFault, fault } from "./fault"
export { choiceOf, choiceWord } from "./kinds"
export { writeAllowed, writeName, writeValue } from "./written"
export { isOfProfile } from "./profile"
export { beginDraft, draft, enter, entered, hasDraft, applyDraft } from "./draft"
export { loadText } from "./file"
export { STORE_TEXT, STORE_TEXT_SIZE, canKeep, writeAll } from "./kept"
export { noteOf, putNote, writeNotes } from "./notes"
export { contactCount, contactName, contactNumber, findName, findNumber, addContact, mayReplace, replaceContact, removeContact, removeNamed, clearBook, CONTACT_NAME_MAX, CONTACT_NUMBER_MAX } from "./book"
