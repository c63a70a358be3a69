// The door of the room: what the rest of the phone knows of settings.
export {
  Setting, SETTINGS, Kind, Affinity, RetryMode, WeightAlgo, UseNaptr, Profile, EqualChoice, AddrOrder, ProbeMethod, Failback, FailbackOrder, DnsRefresh,
  RemovedActive, Codecs, Dtmf, AutoAnswer, Prack, Mwi, Refer, nameOf, kindOf, leastOf, mostOf, unitOf, helpOf, isText, find,
} from "./table"
export { Origin, originOf, number, setNumber, words, assign, fault, inCodes, isDefault, isUsual, restoreDefaults, writeValue, writeAllowed } from "./values"
export { isOfProfile } from "./profile"
export { beginDraft, draft, enter, hasDraft, applyDraft } from "./draft"
export { loadText, writeAll } from "./file"
export { contactCount, contactName, contactNumber, findName, findNumber, addContact, mayReplace, replaceContact, removeContact, removeNamed, clearBook, CONTACT_NAME_MAX, CONTACT_NUMBER_MAX } from "./book"
