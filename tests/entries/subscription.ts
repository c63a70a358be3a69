// The table of our subscription to a mailbox.
export { actionOf, nextOf } from "../../assembly/dialog/subscription-machine"
