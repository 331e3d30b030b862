-- Wireshark's dissector for `peerscape trace export --format pcapng`: what a trace knows of a message when it was sent,
-- delivered or dropped. docs/trace-exports.md says how to load it and has the layout, which src/trace/native/pcapng.ts
-- writes.

local KINDS = { [1] = "sent", [2] = "delivered", [3] = "dropped" }
local CHANNELS = { [0] = "none", [1] = "stream", [2] = "datagram" }
local LAYOUT_VERSION = 1
local FIXED_BYTES = 44

local peerscape = Proto("peerscape", "Peerscape message")
local field = {
  kind = ProtoField.string("peerscape.kind", "Kind"),
  channel = ProtoField.string("peerscape.channel", "Channel"),
  source = ProtoField.string("peerscape.source", "Source"),
  target = ProtoField.string("peerscape.target", "Target"),
  source_index = ProtoField.uint32("peerscape.source_index", "Index of the source"),
  target_index = ProtoField.uint32("peerscape.target_index", "Index of the target"),
  type = ProtoField.string("peerscape.type", "Type"),
  number = ProtoField.uint64("peerscape.number", "Number on its link"),
  application = ProtoField.uint64("peerscape.application", "Application message"),
  bytes = ProtoField.uint64("peerscape.bytes", "Bytes"),
  hash = ProtoField.bytes("peerscape.hash", "Hash of its fields"),
  reason = ProtoField.string("peerscape.reason", "Reason"),
  content = ProtoField.string("peerscape.content", "Content"),
  sent_in = ProtoField.framenum("peerscape.sent_in", "Sent in", base.NONE, frametype.REQUEST),
  latency = ProtoField.relative_time("peerscape.latency", "Latency"),
}
peerscape.fields = field
local lost = ProtoExpert.new("peerscape.lost", "Message lost", expert.group.SEQUENCE, expert.severity.WARN)
peerscape.experts = { lost }

-- By link and number: the frame and time at which a message was sent. By frame of an arrival: those of its message.
local sent, arrivals
function peerscape.init()
  sent, arrivals = {}, {}
end

local function pair(kind, pinfo, key)
  if pinfo.visited then return arrivals[pinfo.number] end
  if kind == "sent" then
    sent[key] = { frame = pinfo.number, time = pinfo.abs_ts }
    return nil
  end
  arrivals[pinfo.number] = sent[key]
  sent[key] = nil
  return arrivals[pinfo.number]
end

function peerscape.dissector(buffer, pinfo, tree)
  if buffer:len() < FIXED_BYTES or buffer(0, 1):uint() ~= LAYOUT_VERSION then return 0 end
  pinfo.cols.protocol = "Peerscape"
  local root = tree:add(peerscape, buffer())
  local kind = KINDS[buffer(1, 1):uint()] or "unknown"
  local channel = CHANNELS[buffer(2, 1):uint()] or "unknown"
  local texts, offset = {}, FIXED_BYTES
  for i = 1, 4 do
    local length = buffer(offset, 2):uint()
    texts[i] = { range = buffer(offset, 2 + length), text = "" }
    if length > 0 then texts[i].text = buffer(offset + 2, length):string(ENC_UTF_8) end
    offset = offset + 2 + length
  end
  local source, target, name, reason = texts[1], texts[2], texts[3], texts[4]
  root:add(field.kind, buffer(1, 1), kind)
  root:add(field.channel, buffer(2, 1), channel)
  root:add(field.source, source.range, source.text)
  root:add(field.target, target.range, target.text)
  root:add(field.source_index, buffer(4, 4))
  root:add(field.target_index, buffer(8, 4))
  root:add(field.type, name.range, name.text)
  root:add(field.number, buffer(12, 8))
  if buffer(20, 8):uint64() ~= UInt64(0) then root:add(field.application, buffer(20, 8)) end
  root:add(field.bytes, buffer(28, 8))
  if kind == "sent" then root:add(field.hash, buffer(36, 8)) end
  if reason.text ~= "" then
    root:add(field.reason, reason.range, reason.text)
    root:add_proto_expert_info(lost, "Lost: " .. reason.text)
  end
  if buffer:len() > offset then
    root:add(field.content, buffer(offset), buffer(offset):string(ENC_UTF_8))
  end
  local key = table.concat({ buffer(4, 8):bytes():tohex(), channel, buffer(12, 8):bytes():tohex() }, " ")
  local message = pair(kind, pinfo, key)
  if message ~= nil then
    root:add(field.sent_in, message.frame):set_generated()
    local latency = pinfo.abs_ts - message.time
    local whole = math.floor(latency)
    root:add(field.latency, NSTime.new(whole, math.floor((latency - whole) * 1e6 + 0.5) * 1000)):set_generated()
  end
  pinfo.cols.src = source.text
  pinfo.cols.dst = target.text
  pinfo.cols.info = kind .. " " .. name.text .. (reason.text ~= "" and " (" .. reason.text .. ")" or "")
  return buffer:len()
end

DissectorTable.get("wtap_encap"):add(wtap.USER0, peerscape)
