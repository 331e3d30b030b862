// The default codec under the contract that all codecs share.

import { MessagePackCodec } from "../../src/transport/message-pack-codec.js";
import { CODEC_CONTRACT_TYPES, describeCodecContract } from "./codec-contract.js";

describeCodecContract("the MessagePack codec", () => new MessagePackCodec(CODEC_CONTRACT_TYPES));
