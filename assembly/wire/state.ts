// Where the room keeps the messages being read and its scratch records: its share of WIRE_STATE.
import { WIRE_STATE, WIRE_STATE_SIZE } from "../memory"

/** Room for one Message each; message.ts checks that it fits. */
export const MESSAGE_SIZE: usize = 0x458
export const INCOMING_AT: usize = WIRE_STATE
export const KEPT_AT: usize = WIRE_STATE + MESSAGE_SIZE

// Scratch records, good until the next call that reads a message or a value.
export const PARAM_AT: usize = KEPT_AT + MESSAGE_SIZE        // Param, 8 bytes
export const HOST_IP_AT: usize = PARAM_AT + 8                // Endpoint, 20 bytes
export const OTHER_IP_AT: usize = HOST_IP_AT + 20            // Endpoint
export const URI_AT: usize = OTHER_IP_AT + 20                // Uri, 56 bytes
export const OTHER_URI_AT: usize = URI_AT + 56               // Uri
export const ADDRESS_AT: usize = OTHER_URI_AT + 56           // Address, 24 bytes
export const VIA_AT: usize = ADDRESS_AT + 24                 // Via, 48 bytes
export const VALUES_AT: usize = VIA_AT + 48                  // Values, 24 bytes
export const CHALLENGE_AT: usize = VALUES_AT + 24            // Challenge, 48 bytes
export const WIRE_STATE_USED: usize = CHALLENGE_AT + 48 - WIRE_STATE

if (WIRE_STATE_USED > WIRE_STATE_SIZE) ERROR("wire/state.ts is larger than WIRE_STATE")
