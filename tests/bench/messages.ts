// Eight messages as phones and servers exchange them all day.
const SDP = [
  "v=0", "o=- 3720941 3720941 IN IP4 192.0.2.101", "s=-", "c=IN IP4 192.0.2.101", "t=0 0", "m=audio 49170 RTP/AVP 9 8 0 101", "a=rtpmap:9 G722/8000",
  "a=rtpmap:8 PCMA/8000", "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=ptime:20", "a=sendrecv", "",
].join("\r\n")

function message(lines: string[], body = ""): string {
  return [...lines, ...body === "" ? [] : ["Content-Type: application/sdp"], `Content-Length: ${body.length}`, "", body].join("\r\n")
}

const VIA = "Via: SIP/2.0/UDP 192.0.2.101:5060;rport;branch=z9hG4bKPj8e2b1c6f0d"
const ANSWERED_VIA = "Via: SIP/2.0/UDP 192.0.2.101:5060;rport=5060;received=192.0.2.101;branch=z9hG4bKPj8e2b1c6f0d"
const FROM = "From: \"Anna Berg\" <sip:6001@rapidtech.example>;tag=7d4f09b2e1"
const TO = "To: <sip:6002@rapidtech.example>"
const CALL_ID = "Call-ID: 3c26700a5b1d-x7q2m9@192.0.2.101"

export const MESSAGES: { name: string; text: string }[] = [
  { name: "INVITE with SDP", text: message([
    "INVITE sip:6002@198.51.100.20:5060;transport=udp SIP/2.0", VIA, "Max-Forwards: 70", FROM, TO, CALL_ID, "CSeq: 102 INVITE",
    "Contact: <sip:6001@192.0.2.101:5060;transport=udp>", "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, REFER", "Supported: replaces, timer",
    "User-Agent: Linehunt/1.0"], SDP) },
  { name: "REGISTER with credentials", text: message([
    "REGISTER sip:rapidtech.example SIP/2.0", VIA, "Max-Forwards: 70", "From: <sip:6001@rapidtech.example>;tag=7d4f09b2e1",
      "To: <sip:6001@rapidtech.example>",
    CALL_ID, "CSeq: 2 REGISTER", "Contact: <sip:6001@192.0.2.101:5060>;expires=3600", "Expires: 3600",
    "Authorization: Digest username=\"6001\", realm=\"rapidtech.example\", nonce=\"84f1c1ae6cbe5ua9c8e88dfa3ecm3459\", " +
    "uri=\"sip:rapidtech.example\", " +
    "response=\"6629fae49393a05397450978507c4ef1\", algorithm=MD5, cnonce=\"0a4f113b\", qop=auth, nc=00000001", "User-Agent: Linehunt/1.0"]) },
  { name: "401", text: message([
    "SIP/2.0 401 Unauthorized", ANSWERED_VIA, "From: <sip:6001@rapidtech.example>;tag=7d4f09b2e1",
      "To: <sip:6001@rapidtech.example>;tag=b27e1a1d33761e85846f",
    CALL_ID, "CSeq: 1 REGISTER",
      "WWW-Authenticate: Digest realm=\"rapidtech.example\", nonce=\"84f1c1ae6cbe5ua9c8e88dfa3ecm3459\", algorithm=MD5, qop=\"auth\"",
    "Server: kamailio (5.6.3 (x86_64/linux))"]) },
  { name: "200 to REGISTER", text: message([
    "SIP/2.0 200 OK", ANSWERED_VIA, "From: <sip:6001@rapidtech.example>;tag=7d4f09b2e1", "To: <sip:6001@rapidtech.example>;tag=b27e1a1d33761e85846f",
    CALL_ID, "CSeq: 2 REGISTER", "Contact: <sip:6001@192.0.2.101:5060>;expires=3600, <sip:6001@192.0.2.77:5062;transport=tcp>;expires=2814;q=0.5, " +
    "<sip:6001@[2001:db8::77]:5060>;expires=120", "Server: kamailio (5.6.3 (x86_64/linux))"]) },
  { name: "180 with Record-Routes", text: message([
    "SIP/2.0 180 Ringing", ANSWERED_VIA, "Record-Route: <sip:edge.rapidtech.example;lr;ftag=7d4f09b2e1>, <sip:198.51.100.5:5070;transport=udp;lr>",
    "Record-Route: <sip:core.rapidtech.example;lr>", FROM, `${TO};tag=0f4c9d21aa`, CALL_ID, "CSeq: 102 INVITE",
      "Contact: <sip:6002@198.51.100.20:5060>",
    "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS"]) },
  { name: "200 to INVITE", text: message([
    "SIP/2.0 200 OK", ANSWERED_VIA, "Record-Route: <sip:198.51.100.5;lr>", FROM, `${TO};tag=0f4c9d21aa`, CALL_ID, "CSeq: 102 INVITE",
    "Contact: <sip:6002@198.51.100.20:5060>", "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS", "Supported: timer"], SDP) },
  { name: "BYE", text: message([
    "BYE sip:6001@192.0.2.101:5060 SIP/2.0", "Via: SIP/2.0/UDP 198.51.100.5;branch=z9hG4bK5f1a.7c2d1e07.0",
      "Via: SIP/2.0/UDP 198.51.100.20:5060;branch=z9hG4bK77ef4c23",
    "Max-Forwards: 69", "From: <sip:6002@rapidtech.example>;tag=0f4c9d21aa", "To: \"Anna Berg\" <sip:6001@rapidtech.example>;tag=7d4f09b2e1", CALL_ID,
    "CSeq: 1 BYE", "User-Agent: Desk/7.1"]) },
  { name: "OPTIONS", text: message([
    "OPTIONS sip:6001@192.0.2.101:5060 SIP/2.0", "Via: SIP/2.0/UDP 198.51.100.5:5060;branch=z9hG4bK2d4f.c81e728d.0", "Max-Forwards: 70",
    "From: <sip:monitor@rapidtech.example>;tag=as5e2f7a10", "To: <sip:6001@192.0.2.101:5060>", "Call-ID: 5d1f3b7a0c44@198.51.100.5:5060",
      "CSeq: 102 OPTIONS",
    "Contact: <sip:monitor@198.51.100.5:5060>", "Accept: application/sdp"]) },
]
