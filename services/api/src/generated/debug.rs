// This file is @generated from the fields that are marked debug_redact.

impl ::core::fmt::Debug for crate::v1::Fact {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("Fact")
            .field("key", &self.key)
            .field("bool_value", &crate::Redacted)
            .field("int_value", &crate::Redacted)
            .field("string_value", &crate::Redacted)
            .field("string_values", &crate::Redacted)
            .finish()
    }
}

impl ::core::fmt::Debug for crate::v1::PersonalData {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("PersonalData")
            .field("name", &crate::Redacted)
            .field("phone", &crate::Redacted)
            .field("id_number", &crate::Redacted)
            .field("address", &crate::Redacted)
            .field("note", &crate::Redacted)
            .finish()
    }
}

impl ::core::fmt::Debug for crate::v1::Consent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("Consent")
            .field("purpose", &self.purpose)
            .field("give_time", &self.give_time)
            .field("given_by", &crate::Redacted)
            .field("withdraw_time", &self.withdraw_time)
            .finish()
    }
}

impl ::core::fmt::Debug for crate::v1::Beneficiary {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("Beneficiary")
            .field("name", &self.name)
            .field("external", &self.external)
            .field("personal", &crate::Redacted)
            .field("residence_division", &self.residence_division)
            .field("registration_division", &self.registration_division)
            .field("household", &self.household)
            .field("group_tags", &self.group_tags)
            .field("facts", &crate::Redacted)
            .field("consents", &self.consents)
            .field("erase_time", &self.erase_time)
            .field("etag", &self.etag)
            .field("create_time", &self.create_time)
            .field("update_time", &self.update_time)
            .field("household_external", &self.household_external)
            .finish()
    }
}

impl ::core::fmt::Debug for crate::v1::NeedItem {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("NeedItem")
            .field("ordinal", &self.ordinal)
            .field("category", &self.category)
            .field("quantity", &self.quantity)
            .field("recurrence", &self.recurrence)
            .field("splittable", &self.splittable)
            .field("note", &crate::Redacted)
            .field("referred_units", &self.referred_units)
            .field("served_units", &self.served_units)
            .finish()
    }
}

impl ::core::fmt::Debug for crate::v1::DeliveryNote {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("DeliveryNote")
            .field("referral", &self.referral)
            .field("text", &crate::Redacted)
            .finish()
    }
}

impl ::core::fmt::Debug for crate::v1::Wish {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("Wish")
            .field("title", &self.title)
            .field("consent_time", &self.consent_time)
            .field("consent_given_by", &crate::Redacted)
            .field("publish_time", &self.publish_time)
            .field("division", &self.division)
            .finish()
    }
}

impl ::core::fmt::Debug for crate::v1::Need {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("Need")
            .field("name", &self.name)
            .field("external", &self.external)
            .field("beneficiary", &self.beneficiary)
            .field("household", &self.household)
            .field("items", &self.items)
            .field("urgency", &self.urgency)
            .field("deadline", &self.deadline)
            .field("window", &self.window)
            .field("place", &crate::Redacted)
            .field("division", &self.division)
            .field("mobility", &self.mobility)
            .field("group_tags", &self.group_tags)
            .field("involves_minors", &self.involves_minors)
            .field("channel", &self.channel)
            .field("facts", &crate::Redacted)
            .field("description", &crate::Redacted)
            .field("wish", &self.wish)
            .field("state", &self.state)
            .field("etag", &self.etag)
            .field("create_time", &self.create_time)
            .field("update_time", &self.update_time)
            .field("withdrawal_reason", &crate::Redacted)
            .field("beneficiary_external", &self.beneficiary_external)
            .field("household_external", &self.household_external)
            .field("delivery_notes", &crate::Redacted)
            .field("erase_time", &self.erase_time)
            .finish()
    }
}

impl ::core::fmt::Debug for crate::v1::WithdrawNeedRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("WithdrawNeedRequest")
            .field("name", &self.name)
            .field("reason", &crate::Redacted)
            .field("etag", &self.etag)
            .field("request_id", &self.request_id)
            .field("arrived", &self.arrived)
            .finish()
    }
}

impl ::core::fmt::Debug for crate::v1::CloseNeedRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("CloseNeedRequest")
            .field("name", &self.name)
            .field("reason", &crate::Redacted)
            .field("etag", &self.etag)
            .field("request_id", &self.request_id)
            .field("arrived", &self.arrived)
            .finish()
    }
}

impl ::core::fmt::Debug for crate::v1::CreateSubscriptionResponse {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("CreateSubscriptionResponse")
            .field("subscription", &self.subscription)
            .field("secret", &crate::Redacted)
            .field("log_position", &self.log_position)
            .finish()
    }
}

impl ::core::fmt::Debug for crate::v1::RotateSubscriptionSecretResponse {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("RotateSubscriptionSecretResponse")
            .field("subscription", &self.subscription)
            .field("secret", &crate::Redacted)
            .field("log_position", &self.log_position)
            .finish()
    }
}

impl ::core::fmt::Debug for crate::v1::DeliverReferralRequest {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("DeliverReferralRequest")
            .field("name", &self.name)
            .field("quantity", &self.quantity)
            .field("etag", &self.etag)
            .field("request_id", &self.request_id)
            .field("note", &crate::Redacted)
            .finish()
    }
}

impl ::core::fmt::Debug for crate::v1::Contact {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("Contact")
            .field("display_name", &crate::Redacted)
            .field("phone", &crate::Redacted)
            .field("address", &crate::Redacted)
            .finish()
    }
}

impl ::core::fmt::Debug for crate::v1::GetReferralResponse {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("GetReferralResponse")
            .field("referral", &self.referral)
            .field("contact", &crate::Redacted)
            .finish()
    }
}
