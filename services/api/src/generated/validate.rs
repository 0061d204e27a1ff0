impl ::prost_protovalidate::Validate for wishwell::v1::LocalizedText {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.zh.chars().count() > 200usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "zh",
                        "string.max_len",
                        "value length must be at most 200 characters",
                    ),
                );
        }
        if self.en.chars().count() > 200usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "en",
                        "string.max_len",
                        "value length must be at most 200 characters",
                    ),
                );
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ExternalId {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.source) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "source",
                            "string.pattern",
                            "does not match regex pattern `^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$`",
                        ),
                    );
            }
        }
        if self.external_id.chars().count() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "external_id",
                        "string.min_len",
                        "value length must be at least 1 characters",
                    ),
                );
        }
        if self.external_id.chars().count() > 128usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "external_id",
                        "string.max_len",
                        "value length must be at most 128 characters",
                    ),
                );
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GeoPoint {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            let _v = self.latitude;
            'numeric_check: {
                if _v.is_nan() || _v.is_infinite() {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "latitude",
                                "double.finite",
                                "value must be finite",
                            ),
                        );
                    break 'numeric_check;
                }
                if _v.is_nan() {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new_constraint(
                                "latitude",
                                "double.gte_lte",
                                "double.gte",
                            ),
                        );
                    break 'numeric_check;
                }
                #[allow(unused_comparisons)]
                if _v < -90f64 || _v > 90f64 {
                    let mut violation = ::prost_protovalidate::Violation::new_constraint(
                        "latitude",
                        "double.gte_lte",
                        "double.gte",
                    );
                    violation
                        .set_message(
                            "value must be greater than or equal to -90 and less than or equal to 90",
                        );
                    violations.push(violation);
                }
            }
        }
        {
            let _v = self.longitude;
            'numeric_check: {
                if _v.is_nan() || _v.is_infinite() {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "longitude",
                                "double.finite",
                                "value must be finite",
                            ),
                        );
                    break 'numeric_check;
                }
                if _v.is_nan() {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new_constraint(
                                "longitude",
                                "double.gte_lte",
                                "double.gte",
                            ),
                        );
                    break 'numeric_check;
                }
                #[allow(unused_comparisons)]
                if _v < -180f64 || _v > 180f64 {
                    let mut violation = ::prost_protovalidate::Violation::new_constraint(
                        "longitude",
                        "double.gte_lte",
                        "double.gte",
                    );
                    violation
                        .set_message(
                            "value must be greater than or equal to -180 and less than or equal to 180",
                        );
                    violations.push(violation);
                }
            }
        }
        if ![0i32, 1i32, 2i32, 3i32].contains(&self.datum) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "datum",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if [0i32].contains(&self.datum) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "datum",
                        "enum.not_in",
                        "must not be in list [0]",
                    ),
                );
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Quantity {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        #[allow(unused_comparisons)]
        if self.value <= 0i64 || self.value > 1099511627776i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "value",
                "int64.gt_lte",
                "int64.gt",
            );
            violation
                .set_message(
                    "value must be greater than 0 and less than or equal to 1099511627776",
                );
            violations.push(violation);
        }
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new("^[a-z][a-z0-9_]{0,31}$")
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.unit) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "unit",
                            "string.pattern",
                            "does not match regex pattern `^[a-z][a-z0-9_]{0,31}$`",
                        ),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Polygon {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.vertices.len() < 3usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "vertices",
                        "repeated.min_items",
                        "must have at least 3 items",
                    ),
                );
        }
        if self.vertices.len() > 256usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "vertices",
                        "repeated.max_items",
                        "must have at most 256 items",
                    ),
                );
        }
        for (_idx, _item) in self.vertices.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("vertices", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::DayHours {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        #[allow(unused_comparisons)]
        if self.opens_minute < 0i32 || self.opens_minute > 1439i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "opens_minute",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1439",
                );
            violations.push(violation);
        }
        #[allow(unused_comparisons)]
        if self.closes_minute < 1i32 || self.closes_minute > 1440i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "closes_minute",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 1 and less than or equal to 1440",
                );
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::WeeklyHours {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        #[allow(unused_comparisons)]
        if self.weekday < 1i32 || self.weekday > 7i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "weekday",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 1 and less than or equal to 7",
                );
            violations.push(violation);
        }
        #[allow(unused_comparisons)]
        if self.opens_minute < 0i32 || self.opens_minute > 1439i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "opens_minute",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1439",
                );
            violations.push(violation);
        }
        #[allow(unused_comparisons)]
        if self.closes_minute < 1i32 || self.closes_minute > 1440i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "closes_minute",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 1 and less than or equal to 1440",
                );
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ScheduleException {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.date) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "date",
                            "string.pattern",
                            "does not match regex pattern `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`",
                        ),
                    );
            }
        }
        if self.hours.len() > 10usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "hours",
                        "repeated.max_items",
                        "must have at most 10 items",
                    ),
                );
        }
        for (_idx, _item) in self.hours.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("hours", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Schedule {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.time_zone.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "time_zone",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.time_zone) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "time_zone",
                            "string.pattern",
                            "does not match regex pattern `^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$`",
                        ),
                    );
            }
        }
        if self.weekly.len() > 70usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "weekly",
                        "repeated.max_items",
                        "must have at most 70 items",
                    ),
                );
        }
        if !self.valid_from.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.valid_from) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "valid_from",
                                "string.pattern",
                                "does not match regex pattern `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`",
                            ),
                        );
                }
            }
        }
        if !self.valid_until.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.valid_until) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "valid_until",
                                "string.pattern",
                                "does not match regex pattern `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`",
                            ),
                        );
                }
            }
        }
        if self.exceptions.len() > 400usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "exceptions",
                        "repeated.max_items",
                        "must have at most 400 items",
                    ),
                );
        }
        for (_idx, _item) in self.weekly.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("weekly", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        for (_idx, _item) in self.exceptions.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("exceptions", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Fact {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new("^[a-z][a-z0-9_]{0,63}$")
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.key) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "key",
                            "string.pattern",
                            "does not match regex pattern `^[a-z][a-z0-9_]{0,63}$`",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _val) = self.string_value {
            if (*_val).chars().count() > 128usize {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "string_value",
                            "string.max_len",
                            "value length must be at most 128 characters",
                        ),
                    );
            }
        }
        if !self.string_values.is_empty() {
            if self.string_values.len() > 32usize {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "string_values",
                            "repeated.max_items",
                            "must have at most 32 items",
                        ),
                    );
            }
            for (_idx, _item) in self.string_values.iter().enumerate() {
                let mut _local_violations: ::std::vec::Vec<
                    ::prost_protovalidate::Violation,
                > = ::std::vec::Vec::new();
                {
                    let violations = &mut _local_violations;
                    if (*_item).chars().count() < 1usize {
                        violations
                            .push(
                                ::prost_protovalidate::Violation::new(
                                    "",
                                    "string.min_len",
                                    "value length must be at least 1 characters",
                                ),
                            );
                    }
                    if (*_item).chars().count() > 128usize {
                        violations
                            .push(
                                ::prost_protovalidate::Violation::new(
                                    "",
                                    "string.max_len",
                                    "value length must be at most 128 characters",
                                ),
                            );
                    }
                }
                let _idx_u64: u64 = _idx as u64;
                for mut _v in _local_violations {
                    _v.prepend_rule_path("repeated.items");
                    _v.prepend_index("string_values", _idx_u64);
                    violations.push(_v);
                }
            }
        }
        {
            let mut _oneof_count = 0u32;
            if self.bool_value.is_some() {
                _oneof_count += 1;
            }
            if self.int_value.is_some() {
                _oneof_count += 1;
            }
            if self.string_value.is_some() {
                _oneof_count += 1;
            }
            if !self.string_values.is_empty() {
                _oneof_count += 1;
            }
            if _oneof_count > 1 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "only one of bool_value, int_value, string_value, string_values can be set",
                            )
                            .without_rule_path(),
                    );
            }
            if _oneof_count == 0 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "one of bool_value, int_value, string_value, string_values must be set",
                            )
                            .without_rule_path(),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::PersonalData {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.name.chars().count() > 128usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "name",
                        "string.max_len",
                        "value length must be at most 128 characters",
                    ),
                );
        }
        if self.phone.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "phone",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if self.id_number.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "id_number",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if self.address.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "address",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        if self.note.chars().count() > 4000usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "note",
                        "string.max_len",
                        "value length must be at most 4000 characters",
                    ),
                );
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Consent {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if ![0i32, 1i32, 2i32, 3i32].contains(&self.purpose) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "purpose",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if [0i32].contains(&self.purpose) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "purpose",
                        "enum.not_in",
                        "must not be in list [0]",
                    ),
                );
        }
        if self.give_time.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "give_time",
                        "required",
                        "value is required",
                    ),
                );
        }
        if self.given_by.chars().count() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "given_by",
                        "string.min_len",
                        "value length must be at least 1 characters",
                    ),
                );
        }
        if self.given_by.chars().count() > 256usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "given_by",
                        "string.max_len",
                        "value length must be at most 256 characters",
                    ),
                );
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Beneficiary {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if !self.residence_division.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.residence_division) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "residence_division",
                                "string.pattern",
                                "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                            ),
                        );
                }
            }
        }
        if !self.registration_division.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.registration_division) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "registration_division",
                                "string.pattern",
                                "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                            ),
                        );
                }
            }
        }
        if !self.household.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^households/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.household) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "household",
                                "string.pattern",
                                "does not match regex pattern `^households/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        if self.group_tags.len() > 6usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "group_tags",
                        "repeated.max_items",
                        "must have at most 6 items",
                    ),
                );
        }
        {
            let mut _seen = ::std::collections::HashSet::new();
            for item in &self.group_tags {
                if !_seen.insert(item) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "group_tags",
                                "repeated.unique",
                                "items must be unique",
                            ),
                        );
                    break;
                }
            }
        }
        for (_idx, _item) in self.group_tags.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                if ![0i32, 1i32, 2i32, 3i32, 4i32, 5i32, 6i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.defined_only",
                                "value must be one of the defined enum values",
                            ),
                        );
                }
                if [0i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.not_in",
                                "must not be in list [0]",
                            ),
                        );
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("group_tags", _idx_u64);
                violations.push(_v);
            }
        }
        if self.facts.len() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "facts",
                        "repeated.max_items",
                        "must have at most 64 items",
                    ),
                );
        }
        if self.consents.len() > 32usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "consents",
                        "repeated.max_items",
                        "must have at most 32 items",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _nested) = self.external {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("external");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.personal {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("personal");
                    violations.push(_viol);
                }
            }
        }
        for (_idx, _item) in self.facts.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("facts", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        for (_idx, _item) in self.consents.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("consents", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.household_external {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("household_external");
                    violations.push(_viol);
                }
            }
        }
        {
            let mut _oneof_count = 0u32;
            if !self.household.is_empty() {
                _oneof_count += 1;
            }
            if self.household_external.is_some() {
                _oneof_count += 1;
            }
            if _oneof_count > 1 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "only one of household, household_external can be set",
                            )
                            .without_rule_path(),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Household {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.members.len() > 32usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "members",
                        "repeated.max_items",
                        "must have at most 32 items",
                    ),
                );
        }
        {
            let mut _seen = ::std::collections::HashSet::new();
            for item in &self.members {
                if !_seen.insert(item) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "members",
                                "repeated.unique",
                                "items must be unique",
                            ),
                        );
                    break;
                }
            }
        }
        for (_idx, _item) in self.members.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                {
                    static RE: ::std::sync::LazyLock<
                        crate::validation::Pattern,
                    > = ::std::sync::LazyLock::new(|| {
                        crate::validation::Pattern::new(
                                "^beneficiaries/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                            )
                            .expect("pattern validated at codegen time")
                    });
                    if !RE.is_match(&(*_item)) {
                        violations
                            .push(
                                ::prost_protovalidate::Violation::new(
                                    "",
                                    "string.pattern",
                                    "does not match regex pattern `^beneficiaries/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                                ),
                            );
                    }
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("members", _idx_u64);
                violations.push(_v);
            }
        }
        if !self.residence_division.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.residence_division) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "residence_division",
                                "string.pattern",
                                "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                            ),
                        );
                }
            }
        }
        if !self.registration_division.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.registration_division) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "registration_division",
                                "string.pattern",
                                "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                            ),
                        );
                }
            }
        }
        if self.group_tags.len() > 6usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "group_tags",
                        "repeated.max_items",
                        "must have at most 6 items",
                    ),
                );
        }
        {
            let mut _seen = ::std::collections::HashSet::new();
            for item in &self.group_tags {
                if !_seen.insert(item) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "group_tags",
                                "repeated.unique",
                                "items must be unique",
                            ),
                        );
                    break;
                }
            }
        }
        for (_idx, _item) in self.group_tags.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                if ![0i32, 1i32, 2i32, 3i32, 4i32, 5i32, 6i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.defined_only",
                                "value must be one of the defined enum values",
                            ),
                        );
                }
                if [0i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.not_in",
                                "must not be in list [0]",
                            ),
                        );
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("group_tags", _idx_u64);
                violations.push(_v);
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.external {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("external");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CreateBeneficiaryRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.beneficiary.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "beneficiary",
                        "required",
                        "value is required",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.beneficiary {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("beneficiary");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CreateBeneficiaryResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.beneficiary {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("beneficiary");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetBeneficiaryRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^beneficiaries/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^beneficiaries/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetBeneficiaryResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.beneficiary {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("beneficiary");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::UpdateBeneficiaryRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^beneficiaries/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^beneficiaries/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if self.beneficiary.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "beneficiary",
                        "required",
                        "value is required",
                    ),
                );
        }
        if self.update_mask.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "update_mask",
                        "required",
                        "value is required",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _fm) = self.update_mask {
            let _allowed: &[&str] = &[
                "external",
                "personal",
                "residence_division",
                "registration_division",
                "household",
                "household_external",
                "group_tags",
                "facts",
                "consents",
            ];
            if !_fm
                .paths
                .iter()
                .all(|_p| {
                    _allowed
                        .iter()
                        .any(|_a| {
                            ::prost_protovalidate::validators::fieldmask_covers(_a, _p)
                        })
                })
            {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "update_mask",
                            "field_mask.in",
                            "must only contain allowed paths",
                        ),
                    );
            }
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.beneficiary {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("beneficiary");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::UpdateBeneficiaryResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.beneficiary {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("beneficiary");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::BeneficiaryFilter {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if !self.division.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.division) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "division",
                                "string.pattern",
                                "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                            ),
                        );
                }
            }
        }
        if !self.household.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^households/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.household) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "household",
                                "string.pattern",
                                "does not match regex pattern `^households/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        if ![0i32, 1i32, 2i32, 3i32, 4i32, 5i32, 6i32].contains(&self.group_tag) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "group_tag",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _nested) = self.external {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("external");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListBeneficiariesRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        #[allow(unused_comparisons)]
        if self.page_size < 0i32 || self.page_size > 1000i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "page_size",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1000",
                );
            violations.push(violation);
        }
        if self.page_token.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "page_token",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if let ::core::option::Option::Some(ref _nested) = self.filter {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("filter");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListBeneficiariesResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        for (_idx, _item) in self.beneficiaries.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("beneficiaries", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::EraseBeneficiaryRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^beneficiaries/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^beneficiaries/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::EraseBeneficiaryResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.beneficiary {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("beneficiary");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::OrganizationContact {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.phone.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "phone",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if self.email.chars().count() > 254usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "email",
                        "string.max_len",
                        "value length must be at most 254 characters",
                    ),
                );
        }
        if self.url.chars().count() > 2048usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "url",
                        "string.max_len",
                        "value length must be at most 2048 characters",
                    ),
                );
        }
        if self.address.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "address",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::VettingGrant {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if !self.valid_until.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.valid_until) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "valid_until",
                                "string.pattern",
                                "does not match regex pattern `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`",
                            ),
                        );
                }
            }
        }
        if self.note.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "note",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Vetting {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.minors {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("minors");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.home_visits {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("home_visits");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Organization {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.title.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "title",
                        "required",
                        "value is required",
                    ),
                );
        }
        if ![
            0i32, 1i32, 2i32, 3i32, 4i32, 5i32, 6i32, 7i32, 8i32, 9i32, 10i32, 11i32,
            12i32, 13i32,
        ]
            .contains(&self.kind)
        {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "kind",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if [0i32].contains(&self.kind) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "kind",
                        "enum.not_in",
                        "must not be in list [0]",
                    ),
                );
        }
        if ![0i32, 1i32, 2i32, 3i32].contains(&self.state) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "state",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if !self.social_credit_code.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new("^[0-9A-HJ-NPQRTUWXY]{18}$")
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.social_credit_code) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "social_credit_code",
                                "string.pattern",
                                "does not match regex pattern `^[0-9A-HJ-NPQRTUWXY]{18}$`",
                            ),
                        );
                }
            }
        }
        if !self.division.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.division) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "division",
                                "string.pattern",
                                "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                            ),
                        );
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.external {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("external");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.title {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("title");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.contact {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("contact");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.vetting {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("vetting");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::RadiusArea {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        #[allow(unused_comparisons)]
        if self.metres < 1i32 || self.metres > 2000000i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "metres",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 1 and less than or equal to 2000000",
                );
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ServiceArea {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if !self.division.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.division) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "division",
                                "string.pattern",
                                "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                            ),
                        );
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.radius {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("radius");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.polygon {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("polygon");
                    violations.push(_viol);
                }
            }
        }
        {
            let mut _oneof_count = 0u32;
            if !self.division.is_empty() {
                _oneof_count += 1;
            }
            if self.radius.is_some() {
                _oneof_count += 1;
            }
            if self.polygon.is_some() {
                _oneof_count += 1;
            }
            if self.everywhere.is_some() {
                _oneof_count += 1;
            }
            if _oneof_count > 1 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "only one of division, radius, polygon, everywhere can be set",
                            )
                            .without_rule_path(),
                    );
            }
            if _oneof_count == 0 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "one of division, radius, polygon, everywhere must be set",
                            )
                            .without_rule_path(),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Eligibility {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.expression.chars().count() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "expression",
                        "string.min_len",
                        "value length must be at least 1 characters",
                    ),
                );
        }
        if self.expression.len() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "expression",
                        "string.max_bytes",
                        "must be at most 512 bytes",
                    ),
                );
        }
        if self.statement.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "statement",
                        "required",
                        "value is required",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _nested) = self.statement {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("statement");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CapacityDraw {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if !self.pool.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^capacityPools/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.pool) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "pool",
                                "string.pattern",
                                "does not match regex pattern `^capacityPools/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        #[allow(unused_comparisons)]
        if self.quantity_per_unit <= 0i64 || self.quantity_per_unit > 1099511627776i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "quantity_per_unit",
                "int64.gt_lte",
                "int64.gt",
            );
            violation
                .set_message(
                    "value must be greater than 0 and less than or equal to 1099511627776",
                );
            violations.push(violation);
        }
        if let ::core::option::Option::Some(ref _nested) = self.pool_external {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("pool_external");
                    violations.push(_viol);
                }
            }
        }
        {
            let mut _oneof_count = 0u32;
            if !self.pool.is_empty() {
                _oneof_count += 1;
            }
            if self.pool_external.is_some() {
                _oneof_count += 1;
            }
            if _oneof_count > 1 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "only one of pool, pool_external can be set",
                            )
                            .without_rule_path(),
                    );
            }
            if _oneof_count == 0 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "one of pool, pool_external must be set",
                            )
                            .without_rule_path(),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Resource {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if !self.organization.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.organization) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "organization",
                                "string.pattern",
                                "does not match regex pattern `^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        if self.title.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "title",
                        "required",
                        "value is required",
                    ),
                );
        }
        if self.content.chars().count() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "content",
                        "string.min_len",
                        "value length must be at least 1 characters",
                    ),
                );
        }
        if self.content.chars().count() > 4000usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "content",
                        "string.max_len",
                        "value length must be at most 4000 characters",
                    ),
                );
        }
        if self.responsible_party.chars().count() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "responsible_party",
                        "string.min_len",
                        "value length must be at least 1 characters",
                    ),
                );
        }
        if self.responsible_party.chars().count() > 4000usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "responsible_party",
                        "string.max_len",
                        "value length must be at most 4000 characters",
                    ),
                );
        }
        if self.service_standard.chars().count() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "service_standard",
                        "string.min_len",
                        "value length must be at least 1 characters",
                    ),
                );
        }
        if self.service_standard.chars().count() > 4000usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "service_standard",
                        "string.max_len",
                        "value length must be at most 4000 characters",
                    ),
                );
        }
        if self.categories.len() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "categories",
                        "repeated.min_items",
                        "must have at least 1 items",
                    ),
                );
        }
        if self.categories.len() > 32usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "categories",
                        "repeated.max_items",
                        "must have at most 32 items",
                    ),
                );
        }
        {
            let mut _seen = ::std::collections::HashSet::new();
            for item in &self.categories {
                if !_seen.insert(item) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "categories",
                                "repeated.unique",
                                "items must be unique",
                            ),
                        );
                    break;
                }
            }
        }
        for (_idx, _item) in self.categories.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                {
                    static RE: ::std::sync::LazyLock<
                        crate::validation::Pattern,
                    > = ::std::sync::LazyLock::new(|| {
                        crate::validation::Pattern::new(
                                "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
                            )
                            .expect("pattern validated at codegen time")
                    });
                    if !RE.is_match(&(*_item)) {
                        violations
                            .push(
                                ::prost_protovalidate::Violation::new(
                                    "",
                                    "string.pattern",
                                    "does not match regex pattern `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`",
                                ),
                            );
                    }
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("categories", _idx_u64);
                violations.push(_v);
            }
        }
        if !self.unit.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new("^[a-z][a-z0-9_]{0,31}$")
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.unit) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "unit",
                                "string.pattern",
                                "does not match regex pattern `^[a-z][a-z0-9_]{0,31}$`",
                            ),
                        );
                }
            }
        }
        if !self.division.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.division) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "division",
                                "string.pattern",
                                "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                            ),
                        );
                }
            }
        }
        if self.areas.len() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "areas",
                        "repeated.min_items",
                        "must have at least 1 items",
                    ),
                );
        }
        if self.areas.len() > 32usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "areas",
                        "repeated.max_items",
                        "must have at most 32 items",
                    ),
                );
        }
        if self.modes.len() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "modes",
                        "repeated.min_items",
                        "must have at least 1 items",
                    ),
                );
        }
        if self.modes.len() > 4usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "modes",
                        "repeated.max_items",
                        "must have at most 4 items",
                    ),
                );
        }
        {
            let mut _seen = ::std::collections::HashSet::new();
            for item in &self.modes {
                if !_seen.insert(item) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "modes",
                                "repeated.unique",
                                "items must be unique",
                            ),
                        );
                    break;
                }
            }
        }
        for (_idx, _item) in self.modes.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                if ![0i32, 1i32, 2i32, 3i32, 4i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.defined_only",
                                "value must be one of the defined enum values",
                            ),
                        );
                }
                if [0i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.not_in",
                                "must not be in list [0]",
                            ),
                        );
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("modes", _idx_u64);
                violations.push(_v);
            }
        }
        if self.draws.len() > 4usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "draws",
                        "repeated.max_items",
                        "must have at most 4 items",
                    ),
                );
        }
        if ![0i32, 1i32, 2i32].contains(&self.lifecycle) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "lifecycle",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if !self.valid_from.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.valid_from) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "valid_from",
                                "string.pattern",
                                "does not match regex pattern `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`",
                            ),
                        );
                }
            }
        }
        if !self.valid_until.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.valid_until) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "valid_until",
                                "string.pattern",
                                "does not match regex pattern `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`",
                            ),
                        );
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.external {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("external");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.organization_external {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("organization_external");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.title {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("title");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.place {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("place");
                    violations.push(_viol);
                }
            }
        }
        for (_idx, _item) in self.areas.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("areas", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.schedule {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("schedule");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.eligibility {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("eligibility");
                    violations.push(_viol);
                }
            }
        }
        for (_idx, _item) in self.draws.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("draws", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        {
            let mut _oneof_count = 0u32;
            if !self.organization.is_empty() {
                _oneof_count += 1;
            }
            if self.organization_external.is_some() {
                _oneof_count += 1;
            }
            if _oneof_count > 1 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "only one of organization, organization_external can be set",
                            )
                            .without_rule_path(),
                    );
            }
            if _oneof_count == 0 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "one of organization, organization_external must be set",
                            )
                            .without_rule_path(),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ResourceSummary {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.title {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("title");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.organization_title {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("organization_title");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Candidate {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.resource {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("resource");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::MissDetail {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.text {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("text");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::NearMiss {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.resource {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("resource");
                    violations.push(_viol);
                }
            }
        }
        for (_idx, _item) in self.reasons.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("reasons", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ItemMatches {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        for (_idx, _item) in self.candidates.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("candidates", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        for (_idx, _item) in self.near_misses.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("near_misses", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CapacityOverride {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.period_start) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "period_start",
                            "string.pattern",
                            "does not match regex pattern `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _val) = self.total {
            #[allow(unused_comparisons)]
            if (*_val) < 0i64 || (*_val) > 1099511627776i64 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "total",
                    "int64.gte_lte",
                    "int64.gte",
                );
                violation
                    .set_message(
                        "value must be greater than or equal to 0 and less than or equal to 1099511627776",
                    );
                violations.push(violation);
            }
        }
        #[allow(unused_comparisons)]
        if self.used_elsewhere < 0i64 || self.used_elsewhere > 1099511627776i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "used_elsewhere",
                "int64.gte_lte",
                "int64.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1099511627776",
                );
            violations.push(violation);
        }
        {
            let mut _oneof_count = 0u32;
            if self.total.is_some() {
                _oneof_count += 1;
            }
            if self.total_unknown {
                _oneof_count += 1;
            }
            if _oneof_count > 1 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "only one of total, total_unknown can be set",
                            )
                            .without_rule_path(),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CapacityPool {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if !self.organization.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.organization) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "organization",
                                "string.pattern",
                                "does not match regex pattern `^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        if self.title.chars().count() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "title",
                        "string.min_len",
                        "value length must be at least 1 characters",
                    ),
                );
        }
        if self.title.chars().count() > 200usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "title",
                        "string.max_len",
                        "value length must be at most 200 characters",
                    ),
                );
        }
        if ![0i32, 1i32, 2i32, 3i32, 4i32, 5i32].contains(&self.kind) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "kind",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if [0i32].contains(&self.kind) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "kind",
                        "enum.not_in",
                        "must not be in list [0]",
                    ),
                );
        }
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new("^[a-z][a-z0-9_]{0,31}$")
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.unit) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "unit",
                            "string.pattern",
                            "does not match regex pattern `^[a-z][a-z0-9_]{0,31}$`",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _val) = self.total {
            #[allow(unused_comparisons)]
            if (*_val) < 0i64 || (*_val) > 1099511627776i64 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "total",
                    "int64.gte_lte",
                    "int64.gte",
                );
                violation
                    .set_message(
                        "value must be greater than or equal to 0 and less than or equal to 1099511627776",
                    );
                violations.push(violation);
            }
        }
        if ![0i32, 1i32, 2i32, 3i32].contains(&self.period) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "period",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if !self.time_zone.is_empty() {
            if self.time_zone.chars().count() > 64usize {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "time_zone",
                            "string.max_len",
                            "value length must be at most 64 characters",
                        ),
                    );
            }
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.time_zone) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "time_zone",
                                "string.pattern",
                                "does not match regex pattern `^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$`",
                            ),
                        );
                }
            }
        }
        if !self.currency.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new("^[A-Z]{3}$")
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.currency) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "currency",
                                "string.pattern",
                                "does not match regex pattern `^[A-Z]{3}$`",
                            ),
                        );
                }
            }
        }
        #[allow(unused_comparisons)]
        if self.used_elsewhere < 0i64 || self.used_elsewhere > 1099511627776i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "used_elsewhere",
                "int64.gte_lte",
                "int64.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1099511627776",
                );
            violations.push(violation);
        }
        if self.overrides.len() > 400usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "overrides",
                        "repeated.max_items",
                        "must have at most 400 items",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _nested) = self.external {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("external");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.organization_external {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("organization_external");
                    violations.push(_viol);
                }
            }
        }
        for (_idx, _item) in self.overrides.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("overrides", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        {
            let mut _oneof_count = 0u32;
            if !self.organization.is_empty() {
                _oneof_count += 1;
            }
            if self.organization_external.is_some() {
                _oneof_count += 1;
            }
            if _oneof_count > 1 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "only one of organization, organization_external can be set",
                            )
                            .without_rule_path(),
                    );
            }
            if _oneof_count == 0 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "one of organization, organization_external must be set",
                            )
                            .without_rule_path(),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CreateCapacityPoolRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.capacity_pool.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "capacity_pool",
                        "required",
                        "value is required",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.capacity_pool {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("capacity_pool");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CreateCapacityPoolResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.capacity_pool {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("capacity_pool");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetCapacityPoolRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^capacityPools/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^capacityPools/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetCapacityPoolResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.capacity_pool {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("capacity_pool");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::UpdateCapacityPoolRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^capacityPools/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^capacityPools/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if self.capacity_pool.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "capacity_pool",
                        "required",
                        "value is required",
                    ),
                );
        }
        if self.update_mask.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "update_mask",
                        "required",
                        "value is required",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _fm) = self.update_mask {
            let _allowed: &[&str] = &["external", "title"];
            if !_fm
                .paths
                .iter()
                .all(|_p| {
                    _allowed
                        .iter()
                        .any(|_a| {
                            ::prost_protovalidate::validators::fieldmask_covers(_a, _p)
                        })
                })
            {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "update_mask",
                            "field_mask.in",
                            "must only contain allowed paths",
                        ),
                    );
            }
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.capacity_pool {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("capacity_pool");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::UpdateCapacityPoolResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.capacity_pool {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("capacity_pool");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CapacityPoolFilter {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if !self.organization.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.organization) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "organization",
                                "string.pattern",
                                "does not match regex pattern `^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        if ![0i32, 1i32, 2i32, 3i32, 4i32, 5i32].contains(&self.kind) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "kind",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _nested) = self.external {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("external");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListCapacityPoolsRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        #[allow(unused_comparisons)]
        if self.page_size < 0i32 || self.page_size > 1000i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "page_size",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1000",
                );
            violations.push(violation);
        }
        if self.page_token.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "page_token",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if let ::core::option::Option::Some(ref _nested) = self.filter {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("filter");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListCapacityPoolsResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        for (_idx, _item) in self.capacity_pools.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("capacity_pools", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::BatchUpsertCapacityPoolsRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.capacity_pools.len() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "capacity_pools",
                        "repeated.min_items",
                        "must have at least 1 items",
                    ),
                );
        }
        if self.capacity_pools.len() > 500usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "capacity_pools",
                        "repeated.max_items",
                        "must have at most 500 items",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        for (_idx, _item) in self.capacity_pools.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("capacity_pools", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::SetCapacityRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^capacityPools/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^capacityPools/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if !self.period_start.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.period_start) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "period_start",
                                "string.pattern",
                                "does not match regex pattern `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`",
                            ),
                        );
                }
            }
        }
        if let ::core::option::Option::Some(ref _val) = self.total {
            #[allow(unused_comparisons)]
            if (*_val) < 0i64 || (*_val) > 1099511627776i64 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "total",
                    "int64.gte_lte",
                    "int64.gte",
                );
                violation
                    .set_message(
                        "value must be greater than or equal to 0 and less than or equal to 1099511627776",
                    );
                violations.push(violation);
            }
        }
        if let ::core::option::Option::Some(ref _val) = self.used_elsewhere {
            #[allow(unused_comparisons)]
            if (*_val) < 0i64 || (*_val) > 1099511627776i64 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "used_elsewhere",
                    "int64.gte_lte",
                    "int64.gte",
                );
                violation
                    .set_message(
                        "value must be greater than or equal to 0 and less than or equal to 1099511627776",
                    );
                violations.push(violation);
            }
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        {
            let mut _oneof_count = 0u32;
            if self.total.is_some() {
                _oneof_count += 1;
            }
            if self.total_unknown {
                _oneof_count += 1;
            }
            if _oneof_count > 1 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "only one of total, total_unknown can be set",
                            )
                            .without_rule_path(),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::SetCapacityResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.capacity_pool {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("capacity_pool");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Category {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.code) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "code",
                            "string.pattern",
                            "does not match regex pattern `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`",
                        ),
                    );
            }
        }
        if !self.parent.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.parent) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "parent",
                                "string.pattern",
                                "does not match regex pattern `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`",
                            ),
                        );
                }
            }
        }
        if self.title.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "title",
                        "required",
                        "value is required",
                    ),
                );
        }
        if self.synonyms.len() > 32usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "synonyms",
                        "repeated.max_items",
                        "must have at most 32 items",
                    ),
                );
        }
        for (_idx, _item) in self.synonyms.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                if (*_item).chars().count() < 1usize {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "string.min_len",
                                "value length must be at least 1 characters",
                            ),
                        );
                }
                if (*_item).chars().count() > 200usize {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "string.max_len",
                                "value length must be at most 200 characters",
                            ),
                        );
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("synonyms", _idx_u64);
                violations.push(_v);
            }
        }
        if !self.default_unit.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new("^[a-z][a-z0-9_]{0,31}$")
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.default_unit) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "default_unit",
                                "string.pattern",
                                "does not match regex pattern `^[a-z][a-z0-9_]{0,31}$`",
                            ),
                        );
                }
            }
        }
        if !self.source.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.source) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "source",
                                "string.pattern",
                                "does not match regex pattern `^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$`",
                            ),
                        );
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.title {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("title");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetCategoryRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^categories/[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^categories/[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetCategoryResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.category {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("category");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CategoryFilter {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if !self.subtree_of.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.subtree_of) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "subtree_of",
                                "string.pattern",
                                "does not match regex pattern `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`",
                            ),
                        );
                }
            }
        }
        if self.text.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "text",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListCategoriesRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        #[allow(unused_comparisons)]
        if self.page_size < 0i32 || self.page_size > 1000i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "page_size",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1000",
                );
            violations.push(violation);
        }
        if self.page_token.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "page_token",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if let ::core::option::Option::Some(ref _nested) = self.filter {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("filter");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListCategoriesResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        for (_idx, _item) in self.categories.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("categories", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::BatchUpsertCategoriesRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.categories.len() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "categories",
                        "repeated.min_items",
                        "must have at least 1 items",
                    ),
                );
        }
        if self.categories.len() > 500usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "categories",
                        "repeated.max_items",
                        "must have at most 500 items",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        for (_idx, _item) in self.categories.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("categories", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Division {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.code) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "code",
                            "string.pattern",
                            "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.edition < 1980i32 || self.edition > 2100i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "edition",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 1980 and less than or equal to 2100",
                );
            violations.push(violation);
        }
        if !self.parent.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.parent) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "parent",
                                "string.pattern",
                                "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                            ),
                        );
                }
            }
        }
        if self.title.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "title",
                        "required",
                        "value is required",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _nested) = self.title {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("title");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.centre {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("centre");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetDivisionRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^divisions/[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^divisions/[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetDivisionResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.division {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("division");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::DivisionFilter {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if !self.subtree_of.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.subtree_of) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "subtree_of",
                                "string.pattern",
                                "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                            ),
                        );
                }
            }
        }
        if self.text.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "text",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListDivisionsRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        #[allow(unused_comparisons)]
        if self.page_size < 0i32 || self.page_size > 1000i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "page_size",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1000",
                );
            violations.push(violation);
        }
        if self.page_token.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "page_token",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if let ::core::option::Option::Some(ref _nested) = self.filter {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("filter");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListDivisionsResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        for (_idx, _item) in self.divisions.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("divisions", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::BatchUpsertDivisionsRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.divisions.len() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "divisions",
                        "repeated.min_items",
                        "must have at least 1 items",
                    ),
                );
        }
        if self.divisions.len() > 500usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "divisions",
                        "repeated.max_items",
                        "must have at most 500 items",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        for (_idx, _item) in self.divisions.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("divisions", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CreateOrganizationRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.organization.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "organization",
                        "required",
                        "value is required",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.organization {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("organization");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CreateOrganizationResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.organization {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("organization");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetOrganizationRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetOrganizationResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.organization {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("organization");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::UpdateOrganizationRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if self.organization.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "organization",
                        "required",
                        "value is required",
                    ),
                );
        }
        if self.update_mask.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "update_mask",
                        "required",
                        "value is required",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _fm) = self.update_mask {
            let _allowed: &[&str] = &[
                "external",
                "title",
                "kind",
                "social_credit_code",
                "division",
                "contact",
            ];
            if !_fm
                .paths
                .iter()
                .all(|_p| {
                    _allowed
                        .iter()
                        .any(|_a| {
                            ::prost_protovalidate::validators::fieldmask_covers(_a, _p)
                        })
                })
            {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "update_mask",
                            "field_mask.in",
                            "must only contain allowed paths",
                        ),
                    );
            }
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.organization {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("organization");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::UpdateOrganizationResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.organization {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("organization");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::OrganizationFilter {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if ![0i32, 1i32, 2i32, 3i32].contains(&self.state) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "state",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if ![
            0i32, 1i32, 2i32, 3i32, 4i32, 5i32, 6i32, 7i32, 8i32, 9i32, 10i32, 11i32,
            12i32, 13i32,
        ]
            .contains(&self.kind)
        {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "kind",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if !self.division.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.division) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "division",
                                "string.pattern",
                                "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                            ),
                        );
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.external {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("external");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListOrganizationsRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        #[allow(unused_comparisons)]
        if self.page_size < 0i32 || self.page_size > 1000i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "page_size",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1000",
                );
            violations.push(violation);
        }
        if self.page_token.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "page_token",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if let ::core::option::Option::Some(ref _nested) = self.filter {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("filter");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListOrganizationsResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        for (_idx, _item) in self.organizations.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("organizations", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::BatchUpsertOrganizationsRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.organizations.len() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "organizations",
                        "repeated.min_items",
                        "must have at least 1 items",
                    ),
                );
        }
        if self.organizations.len() > 500usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "organizations",
                        "repeated.max_items",
                        "must have at most 500 items",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        for (_idx, _item) in self.organizations.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("organizations", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::VerifyOrganizationRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.vetting {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("vetting");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::VerifyOrganizationResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.organization {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("organization");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::SuspendOrganizationRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if self.reason.chars().count() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "reason",
                        "string.min_len",
                        "value length must be at least 1 characters",
                    ),
                );
        }
        if self.reason.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "reason",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::SuspendOrganizationResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.organization {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("organization");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CreateResourceRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.resource.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "resource",
                        "required",
                        "value is required",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.resource {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("resource");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CreateResourceResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.resource {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("resource");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetResourceRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^resources/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^resources/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetResourceResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.resource {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("resource");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::UpdateResourceRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^resources/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^resources/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if self.resource.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "resource",
                        "required",
                        "value is required",
                    ),
                );
        }
        if self.update_mask.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "update_mask",
                        "required",
                        "value is required",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _fm) = self.update_mask {
            let _allowed: &[&str] = &[
                "external",
                "title",
                "content",
                "responsible_party",
                "service_standard",
                "categories",
                "unit",
                "place",
                "division",
                "areas",
                "modes",
                "schedule",
                "eligibility",
                "draws",
                "lifecycle",
                "valid_from",
                "valid_until",
            ];
            if !_fm
                .paths
                .iter()
                .all(|_p| {
                    _allowed
                        .iter()
                        .any(|_a| {
                            ::prost_protovalidate::validators::fieldmask_covers(_a, _p)
                        })
                })
            {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "update_mask",
                            "field_mask.in",
                            "must only contain allowed paths",
                        ),
                    );
            }
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.resource {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("resource");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::UpdateResourceResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.resource {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("resource");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ResourceFilter {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if !self.organization.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.organization) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "organization",
                                "string.pattern",
                                "does not match regex pattern `^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        if !self.category.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.category) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "category",
                                "string.pattern",
                                "does not match regex pattern `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`",
                            ),
                        );
                }
            }
        }
        if !self.division.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.division) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "division",
                                "string.pattern",
                                "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                            ),
                        );
                }
            }
        }
        if ![0i32, 1i32, 2i32].contains(&self.lifecycle) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "lifecycle",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _nested) = self.external {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("external");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListResourcesRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        #[allow(unused_comparisons)]
        if self.page_size < 0i32 || self.page_size > 1000i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "page_size",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1000",
                );
            violations.push(violation);
        }
        if self.page_token.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "page_token",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if let ::core::option::Option::Some(ref _nested) = self.filter {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("filter");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListResourcesResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        for (_idx, _item) in self.resources.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("resources", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::BatchUpsertResourcesRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.resources.len() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "resources",
                        "repeated.min_items",
                        "must have at least 1 items",
                    ),
                );
        }
        if self.resources.len() > 500usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "resources",
                        "repeated.max_items",
                        "must have at most 500 items",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        for (_idx, _item) in self.resources.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("resources", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Recurrence {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if ![0i32, 1i32, 2i32, 3i32].contains(&self.every) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "every",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if [0i32].contains(&self.every) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "every",
                        "enum.not_in",
                        "must not be in list [0]",
                    ),
                );
        }
        #[allow(unused_comparisons)]
        if self.occurrences < 1i32 || self.occurrences > 366i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "occurrences",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 1 and less than or equal to 366",
                );
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::NeedItem {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.category) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "category",
                            "string.pattern",
                            "does not match regex pattern `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`",
                        ),
                    );
            }
        }
        if self.quantity.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "quantity",
                        "required",
                        "value is required",
                    ),
                );
        }
        if self.note.chars().count() > 1000usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "note",
                        "string.max_len",
                        "value length must be at most 1000 characters",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _nested) = self.quantity {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("quantity");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.recurrence {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("recurrence");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::TimeWindow {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.start_time.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "start_time",
                        "required",
                        "value is required",
                    ),
                );
        }
        if self.end_time.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "end_time",
                        "required",
                        "value is required",
                    ),
                );
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Mobility {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _val) = self.max_travel_metres {
            #[allow(unused_comparisons)]
            if (*_val) < 1i32 || (*_val) > 20000000i32 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "max_travel_metres",
                    "int32.gte_lte",
                    "int32.gte",
                );
                violation
                    .set_message(
                        "value must be greater than or equal to 1 and less than or equal to 20000000",
                    );
                violations.push(violation);
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Wish {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.title.chars().count() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "title",
                        "string.min_len",
                        "value length must be at least 1 characters",
                    ),
                );
        }
        if self.title.chars().count() > 128usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "title",
                        "string.max_len",
                        "value length must be at most 128 characters",
                    ),
                );
        }
        if self.consent_time.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "consent_time",
                        "required",
                        "value is required",
                    ),
                );
        }
        if self.consent_given_by.chars().count() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "consent_given_by",
                        "string.min_len",
                        "value length must be at least 1 characters",
                    ),
                );
        }
        if self.consent_given_by.chars().count() > 256usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "consent_given_by",
                        "string.max_len",
                        "value length must be at most 256 characters",
                    ),
                );
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Need {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if !self.beneficiary.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^beneficiaries/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.beneficiary) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "beneficiary",
                                "string.pattern",
                                "does not match regex pattern `^beneficiaries/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        if !self.household.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^households/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.household) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "household",
                                "string.pattern",
                                "does not match regex pattern `^households/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        if self.items.len() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "items",
                        "repeated.min_items",
                        "must have at least 1 items",
                    ),
                );
        }
        if self.items.len() > 32usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "items",
                        "repeated.max_items",
                        "must have at most 32 items",
                    ),
                );
        }
        if ![0i32, 1i32, 2i32, 3i32, 4i32].contains(&self.urgency) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "urgency",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if [0i32].contains(&self.urgency) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "urgency",
                        "enum.not_in",
                        "must not be in list [0]",
                    ),
                );
        }
        if !self.division.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.division) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "division",
                                "string.pattern",
                                "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                            ),
                        );
                }
            }
        }
        if self.mobility.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "mobility",
                        "required",
                        "value is required",
                    ),
                );
        }
        if self.group_tags.len() > 6usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "group_tags",
                        "repeated.max_items",
                        "must have at most 6 items",
                    ),
                );
        }
        {
            let mut _seen = ::std::collections::HashSet::new();
            for item in &self.group_tags {
                if !_seen.insert(item) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "group_tags",
                                "repeated.unique",
                                "items must be unique",
                            ),
                        );
                    break;
                }
            }
        }
        for (_idx, _item) in self.group_tags.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                if ![0i32, 1i32, 2i32, 3i32, 4i32, 5i32, 6i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.defined_only",
                                "value must be one of the defined enum values",
                            ),
                        );
                }
                if [0i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.not_in",
                                "must not be in list [0]",
                            ),
                        );
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("group_tags", _idx_u64);
                violations.push(_v);
            }
        }
        if ![0i32, 1i32, 2i32, 3i32, 4i32, 5i32, 6i32, 7i32, 8i32]
            .contains(&self.channel)
        {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "channel",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if [0i32].contains(&self.channel) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "channel",
                        "enum.not_in",
                        "must not be in list [0]",
                    ),
                );
        }
        if self.facts.len() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "facts",
                        "repeated.max_items",
                        "must have at most 64 items",
                    ),
                );
        }
        if self.description.chars().count() > 4000usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "description",
                        "string.max_len",
                        "value length must be at most 4000 characters",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _nested) = self.external {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("external");
                    violations.push(_viol);
                }
            }
        }
        for (_idx, _item) in self.items.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("items", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.window {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("window");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.place {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("place");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.mobility {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("mobility");
                    violations.push(_viol);
                }
            }
        }
        for (_idx, _item) in self.facts.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("facts", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.wish {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("wish");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.beneficiary_external {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("beneficiary_external");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.household_external {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("household_external");
                    violations.push(_viol);
                }
            }
        }
        {
            let mut _oneof_count = 0u32;
            if self.deadline.is_some() {
                _oneof_count += 1;
            }
            if self.window.is_some() {
                _oneof_count += 1;
            }
            if _oneof_count > 1 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "only one of deadline, window can be set",
                            )
                            .without_rule_path(),
                    );
            }
        }
        {
            let mut _oneof_count = 0u32;
            if !self.beneficiary.is_empty() {
                _oneof_count += 1;
            }
            if self.beneficiary_external.is_some() {
                _oneof_count += 1;
            }
            if _oneof_count > 1 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "only one of beneficiary, beneficiary_external can be set",
                            )
                            .without_rule_path(),
                    );
            }
        }
        {
            let mut _oneof_count = 0u32;
            if !self.household.is_empty() {
                _oneof_count += 1;
            }
            if self.household_external.is_some() {
                _oneof_count += 1;
            }
            if _oneof_count > 1 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "only one of household, household_external can be set",
                            )
                            .without_rule_path(),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Referral {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.quantity {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("quantity");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.recurrence {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("recurrence");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.resource_title {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("resource_title");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Event {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.referral {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("referral");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::EventFilter {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.kinds.len() > 6usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "kinds",
                        "repeated.max_items",
                        "must have at most 6 items",
                    ),
                );
        }
        for (_idx, _item) in self.kinds.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                if ![0i32, 1i32, 2i32, 3i32, 4i32, 5i32, 6i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.defined_only",
                                "value must be one of the defined enum values",
                            ),
                        );
                }
                if [0i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.not_in",
                                "must not be in list [0]",
                            ),
                        );
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("kinds", _idx_u64);
                violations.push(_v);
            }
        }
        if !self.division.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.division) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "division",
                                "string.pattern",
                                "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                            ),
                        );
                }
            }
        }
        if !self.organization.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.organization) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "organization",
                                "string.pattern",
                                "does not match regex pattern `^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        if !self.need.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.need) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "need",
                                "string.pattern",
                                "does not match regex pattern `^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::WatchEventsRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        #[allow(unused_comparisons)]
        if self.after_position < -1i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "after_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to -1");
            violations.push(violation);
        }
        if self.after_mark.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "after_mark",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _nested) = self.filter {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("filter");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::WatchEventsResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        for (_idx, _item) in self.events.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("events", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CreateHouseholdRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.household.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "household",
                        "required",
                        "value is required",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.household {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("household");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CreateHouseholdResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.household {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("household");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetHouseholdRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^households/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^households/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetHouseholdResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.household {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("household");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::UpdateHouseholdRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^households/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^households/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if self.household.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "household",
                        "required",
                        "value is required",
                    ),
                );
        }
        if self.update_mask.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "update_mask",
                        "required",
                        "value is required",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _fm) = self.update_mask {
            let _allowed: &[&str] = &[
                "external",
                "members",
                "residence_division",
                "registration_division",
                "group_tags",
            ];
            if !_fm
                .paths
                .iter()
                .all(|_p| {
                    _allowed
                        .iter()
                        .any(|_a| {
                            ::prost_protovalidate::validators::fieldmask_covers(_a, _p)
                        })
                })
            {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "update_mask",
                            "field_mask.in",
                            "must only contain allowed paths",
                        ),
                    );
            }
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.household {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("household");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::UpdateHouseholdResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.household {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("household");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::RoundScope {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.divisions.len() > 500usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "divisions",
                        "repeated.max_items",
                        "must have at most 500 items",
                    ),
                );
        }
        for (_idx, _item) in self.divisions.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                {
                    static RE: ::std::sync::LazyLock<
                        crate::validation::Pattern,
                    > = ::std::sync::LazyLock::new(|| {
                        crate::validation::Pattern::new(
                                "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                            )
                            .expect("pattern validated at codegen time")
                    });
                    if !RE.is_match(&(*_item)) {
                        violations
                            .push(
                                ::prost_protovalidate::Violation::new(
                                    "",
                                    "string.pattern",
                                    "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                                ),
                            );
                    }
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("divisions", _idx_u64);
                violations.push(_v);
            }
        }
        if self.categories.len() > 500usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "categories",
                        "repeated.max_items",
                        "must have at most 500 items",
                    ),
                );
        }
        for (_idx, _item) in self.categories.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                {
                    static RE: ::std::sync::LazyLock<
                        crate::validation::Pattern,
                    > = ::std::sync::LazyLock::new(|| {
                        crate::validation::Pattern::new(
                                "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
                            )
                            .expect("pattern validated at codegen time")
                    });
                    if !RE.is_match(&(*_item)) {
                        violations
                            .push(
                                ::prost_protovalidate::Violation::new(
                                    "",
                                    "string.pattern",
                                    "does not match regex pattern `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`",
                                ),
                            );
                    }
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("categories", _idx_u64);
                violations.push(_v);
            }
        }
        if self.group_tags.len() > 6usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "group_tags",
                        "repeated.max_items",
                        "must have at most 6 items",
                    ),
                );
        }
        for (_idx, _item) in self.group_tags.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                if ![0i32, 1i32, 2i32, 3i32, 4i32, 5i32, 6i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.defined_only",
                                "value must be one of the defined enum values",
                            ),
                        );
                }
                if [0i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.not_in",
                                "must not be in list [0]",
                            ),
                        );
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("group_tags", _idx_u64);
                violations.push(_v);
            }
        }
        if self.needs.len() > 10000usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "needs",
                        "repeated.max_items",
                        "must have at most 10000 items",
                    ),
                );
        }
        for (_idx, _item) in self.needs.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                {
                    static RE: ::std::sync::LazyLock<
                        crate::validation::Pattern,
                    > = ::std::sync::LazyLock::new(|| {
                        crate::validation::Pattern::new(
                                "^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                            )
                            .expect("pattern validated at codegen time")
                    });
                    if !RE.is_match(&(*_item)) {
                        violations
                            .push(
                                ::prost_protovalidate::Violation::new(
                                    "",
                                    "string.pattern",
                                    "does not match regex pattern `^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                                ),
                            );
                    }
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("needs", _idx_u64);
                violations.push(_v);
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::RoundGuarantee {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if ![0i32, 1i32, 2i32, 3i32, 4i32, 5i32, 6i32].contains(&self.group_tag) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "group_tag",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if !self.division.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.division) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "division",
                                "string.pattern",
                                "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                            ),
                        );
                }
            }
        }
        if self.share_permille != 0i32 {
            #[allow(unused_comparisons)]
            if self.share_permille < 1i32 || self.share_permille > 1000i32 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "share_permille",
                    "int32.gte_lte",
                    "int32.gte",
                );
                violation
                    .set_message(
                        "value must be greater than or equal to 1 and less than or equal to 1000",
                    );
                violations.push(violation);
            }
        }
        if self.units != 0i64 {
            #[allow(unused_comparisons)]
            if self.units < 1i64 || self.units > 1099511627776i64 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "units",
                    "int64.gte_lte",
                    "int64.gte",
                );
                violation
                    .set_message(
                        "value must be greater than or equal to 1 and less than or equal to 1099511627776",
                    );
                violations.push(violation);
            }
        }
        {
            let mut _oneof_count = 0u32;
            if self.share_permille != 0i32 {
                _oneof_count += 1;
            }
            if self.units != 0i64 {
                _oneof_count += 1;
            }
            if _oneof_count > 1 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "only one of share_permille, units can be set",
                            )
                            .without_rule_path(),
                    );
            }
            if _oneof_count == 0 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "one of share_permille, units must be set",
                            )
                            .without_rule_path(),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::RoundLoadStep {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        #[allow(unused_comparisons)]
        if self.from_permille < 0i32 || self.from_permille > 999i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "from_permille",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 999",
                );
            violations.push(violation);
        }
        #[allow(unused_comparisons)]
        if self.price < 0i32 || self.price > 1024i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "price",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1024",
                );
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::RoundOrganizationCap {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.organization) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "organization",
                            "string.pattern",
                            "does not match regex pattern `^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.units < 0i64 || self.units > 1099511627776i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "units",
                "int64.gte_lte",
                "int64.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1099511627776",
                );
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::RoundPin {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.need) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "need",
                            "string.pattern",
                            "does not match regex pattern `^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.item_ordinal < 1i32 || self.item_ordinal > 32i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "item_ordinal",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 1 and less than or equal to 32",
                );
            violations.push(violation);
        }
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^resources/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.resource) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "resource",
                            "string.pattern",
                            "does not match regex pattern `^resources/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.quantity < 1i64 || self.quantity > 1099511627776i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "quantity",
                "int64.gte_lte",
                "int64.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 1 and less than or equal to 1099511627776",
                );
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::RoundRules {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if ![0i32, 1i32, 2i32].contains(&self.counting) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "counting",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if self.aims.len() > 3usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "aims",
                        "repeated.max_items",
                        "must have at most 3 items",
                    ),
                );
        }
        for (_idx, _item) in self.aims.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                if ![0i32, 1i32, 2i32, 3i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.defined_only",
                                "value must be one of the defined enum values",
                            ),
                        );
                }
                if [0i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.not_in",
                                "must not be in list [0]",
                            ),
                        );
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("aims", _idx_u64);
                violations.push(_v);
            }
        }
        if self.guarantees.len() > 1000usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "guarantees",
                        "repeated.max_items",
                        "must have at most 1000 items",
                    ),
                );
        }
        if self.load_steps.len() > 16usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "load_steps",
                        "repeated.max_items",
                        "must have at most 16 items",
                    ),
                );
        }
        if self.organization_caps.len() > 10000usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "organization_caps",
                        "repeated.max_items",
                        "must have at most 10000 items",
                    ),
                );
        }
        if ![0i32, 1i32, 2i32, 3i32].contains(&self.bundling) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "bundling",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _val) = self.partners_per_need_max {
            #[allow(unused_comparisons)]
            if (*_val) < 1i32 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "partners_per_need_max",
                    "int32.gte",
                    "int32.gte",
                );
                violation.set_message("value must be greater than or equal to 1");
                violations.push(violation);
            }
        }
        if let ::core::option::Option::Some(ref _val) = self
            .contacts_per_organization_max
        {
            #[allow(unused_comparisons)]
            if (*_val) < 0i32 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "contacts_per_organization_max",
                    "int32.gte",
                    "int32.gte",
                );
                violation.set_message("value must be greater than or equal to 0");
                violations.push(violation);
            }
        }
        if let ::core::option::Option::Some(ref _val) = self.candidates_per_item_max {
            #[allow(unused_comparisons)]
            if (*_val) < 1i32 || (*_val) > 100i32 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "candidates_per_item_max",
                    "int32.gte_lte",
                    "int32.gte",
                );
                violation
                    .set_message(
                        "value must be greater than or equal to 1 and less than or equal to 100",
                    );
                violations.push(violation);
            }
        }
        if let ::core::option::Option::Some(ref _val) = self.radius_metres_max {
            #[allow(unused_comparisons)]
            if (*_val) < 0i32 || (*_val) > 20000000i32 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "radius_metres_max",
                    "int32.gte_lte",
                    "int32.gte",
                );
                violation
                    .set_message(
                        "value must be greater than or equal to 0 and less than or equal to 20000000",
                    );
                violations.push(violation);
            }
        }
        if self.pinned.len() > 10000usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "pinned",
                        "repeated.max_items",
                        "must have at most 10000 items",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _nested) = self.scope {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("scope");
                    violations.push(_viol);
                }
            }
        }
        for (_idx, _item) in self.guarantees.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("guarantees", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        for (_idx, _item) in self.load_steps.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("load_steps", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        for (_idx, _item) in self.organization_caps.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("organization_caps", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        for (_idx, _item) in self.pinned.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("pinned", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Round {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.rules {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("rules");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::PlanRules {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if ![0i32, 1i32, 2i32].contains(&self.counting) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "counting",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if self.aims.len() > 3usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "aims",
                        "repeated.max_items",
                        "must have at most 3 items",
                    ),
                );
        }
        for (_idx, _item) in self.aims.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                if ![0i32, 1i32, 2i32, 3i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.defined_only",
                                "value must be one of the defined enum values",
                            ),
                        );
                }
                if [0i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.not_in",
                                "must not be in list [0]",
                            ),
                        );
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("aims", _idx_u64);
                violations.push(_v);
            }
        }
        if self.guarantees.len() > 1000usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "guarantees",
                        "repeated.max_items",
                        "must have at most 1000 items",
                    ),
                );
        }
        if self.load_steps.len() > 16usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "load_steps",
                        "repeated.max_items",
                        "must have at most 16 items",
                    ),
                );
        }
        if self.organization_caps.len() > 10000usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "organization_caps",
                        "repeated.max_items",
                        "must have at most 10000 items",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _val) = self.partners_per_need_max {
            #[allow(unused_comparisons)]
            if (*_val) < 1i32 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "partners_per_need_max",
                    "int32.gte",
                    "int32.gte",
                );
                violation.set_message("value must be greater than or equal to 1");
                violations.push(violation);
            }
        }
        if let ::core::option::Option::Some(ref _val) = self
            .contacts_per_organization_max
        {
            #[allow(unused_comparisons)]
            if (*_val) < 0i32 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "contacts_per_organization_max",
                    "int32.gte",
                    "int32.gte",
                );
                violation.set_message("value must be greater than or equal to 0");
                violations.push(violation);
            }
        }
        if let ::core::option::Option::Some(ref _dur) = self.aging_interval {
            #[allow(unused_comparisons)]
            if (_dur.seconds, _dur.nanos) <= (0i64, 0i32)
                || (_dur.seconds, _dur.nanos) > (315360000i64, 0i32)
            {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "aging_interval",
                    "duration.gt_lte",
                    "duration.gt",
                );
                violation
                    .set_message(
                        "value must be greater than 0s and less than or equal to 315360000s",
                    );
                violations.push(violation);
            }
        }
        if let ::core::option::Option::Some(ref _val) = self.distance_max {
            {
                let _v = (*_val);
                'numeric_check: {
                    if _v.is_nan() || _v.is_infinite() {
                        violations
                            .push(
                                ::prost_protovalidate::Violation::new(
                                    "distance_max",
                                    "double.finite",
                                    "value must be finite",
                                ),
                            );
                        break 'numeric_check;
                    }
                    if _v.is_nan() {
                        violations
                            .push(
                                ::prost_protovalidate::Violation::new_constraint(
                                    "distance_max",
                                    "double.gte_lte",
                                    "double.gte",
                                ),
                            );
                        break 'numeric_check;
                    }
                    #[allow(unused_comparisons)]
                    if _v < 0f64 || _v > 1073741824f64 {
                        let mut violation = ::prost_protovalidate::Violation::new_constraint(
                            "distance_max",
                            "double.gte_lte",
                            "double.gte",
                        );
                        violation
                            .set_message(
                                "value must be greater than or equal to 0 and less than or equal to 1073741824",
                            );
                        violations.push(violation);
                    }
                }
            }
        }
        #[allow(unused_comparisons)]
        if self.answer_bytes_max < 0i32 || self.answer_bytes_max > 67108864i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "answer_bytes_max",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 67108864",
                );
            violations.push(violation);
        }
        for (_idx, _item) in self.guarantees.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("guarantees", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        for (_idx, _item) in self.load_steps.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("load_steps", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        for (_idx, _item) in self.organization_caps.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("organization_caps", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::PlanGuarantee {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.group.chars().count() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "group",
                        "string.min_len",
                        "value length must be at least 1 characters",
                    ),
                );
        }
        if self.group.chars().count() > 128usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "group",
                        "string.max_len",
                        "value length must be at most 128 characters",
                    ),
                );
        }
        #[allow(unused_comparisons)]
        if self.share_permille < 1i32 || self.share_permille > 1000i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "share_permille",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 1 and less than or equal to 1000",
                );
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::PlanOrganizationCap {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.organization.chars().count() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "organization",
                        "string.min_len",
                        "value length must be at least 1 characters",
                    ),
                );
        }
        if self.organization.chars().count() > 128usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "organization",
                        "string.max_len",
                        "value length must be at most 128 characters",
                    ),
                );
        }
        #[allow(unused_comparisons)]
        if self.units < 0i64 || self.units > 1099511627776i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "units",
                "int64.gte_lte",
                "int64.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1099511627776",
                );
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::PlanNeed {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.id.chars().count() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "id",
                        "string.min_len",
                        "value length must be at least 1 characters",
                    ),
                );
        }
        if self.id.chars().count() > 128usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "id",
                        "string.max_len",
                        "value length must be at most 128 characters",
                    ),
                );
        }
        if self.categories.len() > 32usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "categories",
                        "repeated.max_items",
                        "must have at most 32 items",
                    ),
                );
        }
        for (_idx, _item) in self.categories.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                if (*_item).chars().count() < 1usize {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "string.min_len",
                                "value length must be at least 1 characters",
                            ),
                        );
                }
                if (*_item).chars().count() > 64usize {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "string.max_len",
                                "value length must be at most 64 characters",
                            ),
                        );
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("categories", _idx_u64);
                violations.push(_v);
            }
        }
        #[allow(unused_comparisons)]
        if self.quantity < 1i64 || self.quantity > 1099511627776i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "quantity",
                "int64.gte_lte",
                "int64.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 1 and less than or equal to 1099511627776",
                );
            violations.push(violation);
        }
        #[allow(unused_comparisons)]
        if self.tier < 0i32 || self.tier > 8i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "tier",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 8",
                );
            violations.push(violation);
        }
        if let ::core::option::Option::Some(ref _dur) = self.waiting_duration {
            #[allow(unused_comparisons)]
            if (_dur.seconds, _dur.nanos) < (0i64, 0i32)
                || (_dur.seconds, _dur.nanos) > (3153600000i64, 0i32)
            {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "waiting_duration",
                    "duration.gte_lte",
                    "duration.gte",
                );
                violation
                    .set_message(
                        "value must be greater than or equal to 0s and less than or equal to 3153600000s",
                    );
                violations.push(violation);
            }
        }
        if let ::core::option::Option::Some(ref _dur) = self.time_left {
            #[allow(unused_comparisons)]
            if (_dur.seconds, _dur.nanos) <= (0i64, 0i32)
                || (_dur.seconds, _dur.nanos) > (3153600000i64, 0i32)
            {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "time_left",
                    "duration.gt_lte",
                    "duration.gt",
                );
                violation
                    .set_message(
                        "value must be greater than 0s and less than or equal to 3153600000s",
                    );
                violations.push(violation);
            }
        }
        if self.group.chars().count() > 128usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "group",
                        "string.max_len",
                        "value length must be at most 128 characters",
                    ),
                );
        }
        if self.bundle.chars().count() > 128usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "bundle",
                        "string.max_len",
                        "value length must be at most 128 characters",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _nested) = self.place {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("place");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::PlanResource {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.id.chars().count() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "id",
                        "string.min_len",
                        "value length must be at least 1 characters",
                    ),
                );
        }
        if self.id.chars().count() > 128usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "id",
                        "string.max_len",
                        "value length must be at most 128 characters",
                    ),
                );
        }
        if self.categories.len() > 32usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "categories",
                        "repeated.max_items",
                        "must have at most 32 items",
                    ),
                );
        }
        for (_idx, _item) in self.categories.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                if (*_item).chars().count() < 1usize {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "string.min_len",
                                "value length must be at least 1 characters",
                            ),
                        );
                }
                if (*_item).chars().count() > 64usize {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "string.max_len",
                                "value length must be at most 64 characters",
                            ),
                        );
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("categories", _idx_u64);
                violations.push(_v);
            }
        }
        #[allow(unused_comparisons)]
        if self.capacity < 0i64 || self.capacity > 1099511627776i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "capacity",
                "int64.gte_lte",
                "int64.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1099511627776",
                );
            violations.push(violation);
        }
        if self.organization.chars().count() > 128usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "organization",
                        "string.max_len",
                        "value length must be at most 128 characters",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _nested) = self.place {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("place");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::PlanNeeds {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.needs.len() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "needs",
                        "repeated.min_items",
                        "must have at least 1 items",
                    ),
                );
        }
        if self.needs.len() > 10000usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "needs",
                        "repeated.max_items",
                        "must have at most 10000 items",
                    ),
                );
        }
        for (_idx, _item) in self.needs.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("needs", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::PlanResources {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.resources.len() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "resources",
                        "repeated.min_items",
                        "must have at least 1 items",
                    ),
                );
        }
        if self.resources.len() > 10000usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "resources",
                        "repeated.max_items",
                        "must have at most 10000 items",
                    ),
                );
        }
        for (_idx, _item) in self.resources.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("resources", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::PlanPairs {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        #[allow(unused_comparisons)]
        if self.need_index < 0i32 || self.need_index >= 100000i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "need_index",
                "int32.gte_lt",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than 100000",
                );
            violations.push(violation);
        }
        if self.resource_indexes.len() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "resource_indexes",
                        "repeated.min_items",
                        "must have at least 1 items",
                    ),
                );
        }
        if self.resource_indexes.len() > 50000usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "resource_indexes",
                        "repeated.max_items",
                        "must have at most 50000 items",
                    ),
                );
        }
        for (_idx, _item) in self.resource_indexes.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                #[allow(unused_comparisons)]
                if (*_item) < 0i32 || (*_item) >= 50000i32 {
                    let mut violation = ::prost_protovalidate::Violation::new_constraint(
                        "",
                        "int32.gte_lt",
                        "int32.gte",
                    );
                    violation
                        .set_message(
                            "value must be greater than or equal to 0 and less than 50000",
                        );
                    violations.push(violation);
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("resource_indexes", _idx_u64);
                violations.push(_v);
            }
        }
        if self.distances.len() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "distances",
                        "repeated.min_items",
                        "must have at least 1 items",
                    ),
                );
        }
        if self.distances.len() > 50000usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "distances",
                        "repeated.max_items",
                        "must have at most 50000 items",
                    ),
                );
        }
        for (_idx, _item) in self.distances.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                {
                    let _v = (*_item);
                    'numeric_check: {
                        if _v.is_nan() || _v.is_infinite() {
                            violations
                                .push(
                                    ::prost_protovalidate::Violation::new(
                                        "",
                                        "double.finite",
                                        "value must be finite",
                                    ),
                                );
                            break 'numeric_check;
                        }
                        if _v.is_nan() {
                            violations
                                .push(
                                    ::prost_protovalidate::Violation::new_constraint(
                                        "",
                                        "double.gte_lte",
                                        "double.gte",
                                    ),
                                );
                            break 'numeric_check;
                        }
                        #[allow(unused_comparisons)]
                        if _v < 0f64 || _v > 1073741824f64 {
                            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                                "",
                                "double.gte_lte",
                                "double.gte",
                            );
                            violation
                                .set_message(
                                    "value must be greater than or equal to 0 and less than or equal to 1073741824",
                                );
                            violations.push(violation);
                        }
                    }
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("distances", _idx_u64);
                violations.push(_v);
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::PlanAllocationRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.rules {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("rules");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.needs {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("needs");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.resources {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("resources");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.pairs {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("pairs");
                    violations.push(_viol);
                }
            }
        }
        {
            let mut _oneof_count = 0u32;
            if self.rules.is_some() {
                _oneof_count += 1;
            }
            if self.needs.is_some() {
                _oneof_count += 1;
            }
            if self.resources.is_some() {
                _oneof_count += 1;
            }
            if self.pairs.is_some() {
                _oneof_count += 1;
            }
            if _oneof_count > 1 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "only one of rules, needs, resources, pairs can be set",
                            )
                            .without_rule_path(),
                    );
            }
            if _oneof_count == 0 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "one of rules, needs, resources, pairs must be set",
                            )
                            .without_rule_path(),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CreateRoundRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.round.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "round",
                        "required",
                        "value is required",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.round {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("round");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CreateRoundResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.round {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("round");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetRoundRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^rounds/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^rounds/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetRoundResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.round {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("round");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::RoundFilter {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.states.len() > 7usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "states",
                        "repeated.max_items",
                        "must have at most 7 items",
                    ),
                );
        }
        for (_idx, _item) in self.states.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                if ![0i32, 1i32, 2i32, 3i32, 4i32, 5i32, 6i32, 7i32].contains(&(*_item))
                {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.defined_only",
                                "value must be one of the defined enum values",
                            ),
                        );
                }
                if [0i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.not_in",
                                "must not be in list [0]",
                            ),
                        );
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("states", _idx_u64);
                violations.push(_v);
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListRoundsRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        #[allow(unused_comparisons)]
        if self.page_size < 0i32 || self.page_size > 1000i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "page_size",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1000",
                );
            violations.push(violation);
        }
        if self.page_token.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "page_token",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if let ::core::option::Option::Some(ref _nested) = self.filter {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("filter");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListRoundsResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        for (_idx, _item) in self.rounds.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("rounds", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CancelRoundRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^rounds/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^rounds/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CancelRoundResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.round {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("round");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListRoundOutcomesRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^rounds/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.round) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "round",
                            "string.pattern",
                            "does not match regex pattern `^rounds/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if self.states.len() > 3usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "states",
                        "repeated.max_items",
                        "must have at most 3 items",
                    ),
                );
        }
        for (_idx, _item) in self.states.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                if ![0i32, 1i32, 2i32, 3i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.defined_only",
                                "value must be one of the defined enum values",
                            ),
                        );
                }
                if [0i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.not_in",
                                "must not be in list [0]",
                            ),
                        );
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("states", _idx_u64);
                violations.push(_v);
            }
        }
        #[allow(unused_comparisons)]
        if self.page_size < 0i32 || self.page_size > 500i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "page_size",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 500",
                );
            violations.push(violation);
        }
        if self.page_token.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "page_token",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetRoundReportRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^rounds/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.round) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "round",
                            "string.pattern",
                            "does not match regex pattern `^rounds/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::FindResourcesRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if !self.need.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.need) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "need",
                                "string.pattern",
                                "does not match regex pattern `^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        #[allow(unused_comparisons)]
        if self.item_ordinal < 0i32 || self.item_ordinal > 32i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "item_ordinal",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 32",
                );
            violations.push(violation);
        }
        if let ::core::option::Option::Some(ref _val) = self.top_k {
            #[allow(unused_comparisons)]
            if (*_val) < 1i32 || (*_val) > 100i32 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "top_k",
                    "int32.gte_lte",
                    "int32.gte",
                );
                violation
                    .set_message(
                        "value must be greater than or equal to 1 and less than or equal to 100",
                    );
                violations.push(violation);
            }
        }
        if let ::core::option::Option::Some(ref _val) = self.near_miss_limit {
            #[allow(unused_comparisons)]
            if (*_val) < 0i32 || (*_val) > 50i32 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "near_miss_limit",
                    "int32.gte_lte",
                    "int32.gte",
                );
                violation
                    .set_message(
                        "value must be greater than or equal to 0 and less than or equal to 50",
                    );
                violations.push(violation);
            }
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if let ::core::option::Option::Some(ref _nested) = self.inline_need {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("inline_need");
                    violations.push(_viol);
                }
            }
        }
        {
            let mut _oneof_count = 0u32;
            if !self.need.is_empty() {
                _oneof_count += 1;
            }
            if self.inline_need.is_some() {
                _oneof_count += 1;
            }
            if _oneof_count > 1 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "only one of need, inline_need can be set",
                            )
                            .without_rule_path(),
                    );
            }
            if _oneof_count == 0 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "one of need, inline_need must be set",
                            )
                            .without_rule_path(),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::FindResourcesResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        for (_idx, _item) in self.items.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("items", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::FindNeedsRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^resources/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.resource) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "resource",
                            "string.pattern",
                            "does not match regex pattern `^resources/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.page_size < 0i32 || self.page_size > 1000i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "page_size",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1000",
                );
            violations.push(violation);
        }
        if self.page_token.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "page_token",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::NeedMatch {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.quantity {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("quantity");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.recurrence {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("recurrence");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::FindNeedsResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        for (_idx, _item) in self.matches.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("matches", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::SubmitNeedRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.need.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "need",
                        "required",
                        "value is required",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.need {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("need");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::SubmitNeedResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.need {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("need");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetNeedRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetNeedResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.need {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("need");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::NeedFilter {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.states.len() > 5usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "states",
                        "repeated.max_items",
                        "must have at most 5 items",
                    ),
                );
        }
        for (_idx, _item) in self.states.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                if ![0i32, 1i32, 2i32, 3i32, 4i32, 5i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.defined_only",
                                "value must be one of the defined enum values",
                            ),
                        );
                }
                if [0i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.not_in",
                                "must not be in list [0]",
                            ),
                        );
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("states", _idx_u64);
                violations.push(_v);
            }
        }
        if ![0i32, 1i32, 2i32, 3i32, 4i32].contains(&self.urgency) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "urgency",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if !self.category.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.category) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "category",
                                "string.pattern",
                                "does not match regex pattern `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`",
                            ),
                        );
                }
            }
        }
        if !self.division.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.division) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "division",
                                "string.pattern",
                                "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                            ),
                        );
                }
            }
        }
        if !self.beneficiary.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^beneficiaries/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.beneficiary) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "beneficiary",
                                "string.pattern",
                                "does not match regex pattern `^beneficiaries/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        if !self.household.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^households/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.household) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "household",
                                "string.pattern",
                                "does not match regex pattern `^households/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        if ![0i32, 1i32, 2i32, 3i32, 4i32, 5i32, 6i32, 7i32, 8i32]
            .contains(&self.channel)
        {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "channel",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _nested) = self.external {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("external");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListNeedsRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        #[allow(unused_comparisons)]
        if self.page_size < 0i32 || self.page_size > 1000i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "page_size",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1000",
                );
            violations.push(violation);
        }
        if self.page_token.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "page_token",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if let ::core::option::Option::Some(ref _nested) = self.filter {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("filter");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListNeedsResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        for (_idx, _item) in self.needs.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("needs", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::UpdateNeedRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if self.need.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "need",
                        "required",
                        "value is required",
                    ),
                );
        }
        if self.update_mask.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "update_mask",
                        "required",
                        "value is required",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _fm) = self.update_mask {
            let _allowed: &[&str] = &[
                "external",
                "beneficiary",
                "beneficiary_external",
                "household",
                "household_external",
                "items",
                "urgency",
                "deadline",
                "window",
                "place",
                "division",
                "mobility",
                "group_tags",
                "involves_minors",
                "facts",
                "description",
                "wish",
            ];
            if !_fm
                .paths
                .iter()
                .all(|_p| {
                    _allowed
                        .iter()
                        .any(|_a| {
                            ::prost_protovalidate::validators::fieldmask_covers(_a, _p)
                        })
                })
            {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "update_mask",
                            "field_mask.in",
                            "must only contain allowed paths",
                        ),
                    );
            }
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.need {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("need");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::UpdateNeedResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.need {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("need");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ArrivedQuantity {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.referral) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "referral",
                            "string.pattern",
                            "does not match regex pattern `^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.quantity < 0i64 || self.quantity > 1099511627776i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "quantity",
                "int64.gte_lte",
                "int64.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1099511627776",
                );
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::WithdrawNeedRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if self.reason.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "reason",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if self.arrived.len() > 100usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "arrived",
                        "repeated.max_items",
                        "must have at most 100 items",
                    ),
                );
        }
        for (_idx, _item) in self.arrived.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("arrived", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::WithdrawNeedResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.need {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("need");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CloseNeedRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if self.reason.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "reason",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if self.arrived.len() > 100usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "arrived",
                        "repeated.max_items",
                        "must have at most 100 items",
                    ),
                );
        }
        for (_idx, _item) in self.arrived.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("arrived", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CloseNeedResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.need {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("need");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::EraseNeedRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::EraseNeedResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.need {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("need");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::WishItem {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.left {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("left");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.recurrence {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("recurrence");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListWishesRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if !self.category.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.category) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "category",
                                "string.pattern",
                                "does not match regex pattern `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`",
                            ),
                        );
                }
            }
        }
        if !self.division.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.division) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "division",
                                "string.pattern",
                                "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                            ),
                        );
                }
            }
        }
        #[allow(unused_comparisons)]
        if self.page_size < 0i32 || self.page_size > 1000i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "page_size",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1000",
                );
            violations.push(violation);
        }
        if self.page_token.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "page_token",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if !self.wish.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^wishes/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.wish) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "wish",
                                "string.pattern",
                                "does not match regex pattern `^wishes/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        if self.wishes.len() > 100usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "wishes",
                        "repeated.max_items",
                        "must have at most 100 items",
                    ),
                );
        }
        {
            let mut _seen = ::std::collections::HashSet::new();
            for item in &self.wishes {
                if !_seen.insert(item) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "wishes",
                                "repeated.unique",
                                "items must be unique",
                            ),
                        );
                    break;
                }
            }
        }
        for (_idx, _item) in self.wishes.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                {
                    static RE: ::std::sync::LazyLock<
                        crate::validation::Pattern,
                    > = ::std::sync::LazyLock::new(|| {
                        crate::validation::Pattern::new(
                                "^wishes/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                            )
                            .expect("pattern validated at codegen time")
                    });
                    if !RE.is_match(&(*_item)) {
                        violations
                            .push(
                                ::prost_protovalidate::Violation::new(
                                    "",
                                    "string.pattern",
                                    "does not match regex pattern `^wishes/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                                ),
                            );
                    }
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("wishes", _idx_u64);
                violations.push(_v);
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListWishesResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        for (_idx, _item) in self.items.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("items", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Pledge {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.title.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "title",
                        "required",
                        "value is required",
                    ),
                );
        }
        if self.content.chars().count() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "content",
                        "string.min_len",
                        "value length must be at least 1 characters",
                    ),
                );
        }
        if self.content.chars().count() > 4000usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "content",
                        "string.max_len",
                        "value length must be at most 4000 characters",
                    ),
                );
        }
        if self.responsible_party.chars().count() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "responsible_party",
                        "string.min_len",
                        "value length must be at least 1 characters",
                    ),
                );
        }
        if self.responsible_party.chars().count() > 4000usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "responsible_party",
                        "string.max_len",
                        "value length must be at most 4000 characters",
                    ),
                );
        }
        if self.service_standard.chars().count() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "service_standard",
                        "string.min_len",
                        "value length must be at least 1 characters",
                    ),
                );
        }
        if self.service_standard.chars().count() > 4000usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "service_standard",
                        "string.max_len",
                        "value length must be at most 4000 characters",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _nested) = self.title {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("title");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ClaimWishRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^wishes/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.wish) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "wish",
                            "string.pattern",
                            "does not match regex pattern `^wishes/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.item_ordinal < 1i32 || self.item_ordinal > 32i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "item_ordinal",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 1 and less than or equal to 32",
                );
            violations.push(violation);
        }
        if !self.resource.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^resources/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.resource) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "resource",
                                "string.pattern",
                                "does not match regex pattern `^resources/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        if let ::core::option::Option::Some(ref _val) = self.quantity {
            #[allow(unused_comparisons)]
            if (*_val) <= 0i64 || (*_val) > 1099511627776i64 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "quantity",
                    "int64.gt_lte",
                    "int64.gt",
                );
                violation
                    .set_message(
                        "value must be greater than 0 and less than or equal to 1099511627776",
                    );
                violations.push(violation);
            }
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.pledge {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("pledge");
                    violations.push(_viol);
                }
            }
        }
        {
            let mut _oneof_count = 0u32;
            if !self.resource.is_empty() {
                _oneof_count += 1;
            }
            if self.pledge.is_some() {
                _oneof_count += 1;
            }
            if _oneof_count > 1 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "only one of resource, pledge can be set",
                            )
                            .without_rule_path(),
                    );
            }
            if _oneof_count == 0 {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                                "",
                                "message.oneof",
                                "one of resource, pledge must be set",
                            )
                            .without_rule_path(),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ClaimWishResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.referral {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("referral");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::Subscription {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if !self.organization.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.organization) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "organization",
                                "string.pattern",
                                "does not match regex pattern `^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        if self.categories.len() > 32usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "categories",
                        "repeated.max_items",
                        "must have at most 32 items",
                    ),
                );
        }
        {
            let mut _seen = ::std::collections::HashSet::new();
            for item in &self.categories {
                if !_seen.insert(item) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "categories",
                                "repeated.unique",
                                "items must be unique",
                            ),
                        );
                    break;
                }
            }
        }
        for (_idx, _item) in self.categories.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                {
                    static RE: ::std::sync::LazyLock<
                        crate::validation::Pattern,
                    > = ::std::sync::LazyLock::new(|| {
                        crate::validation::Pattern::new(
                                "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
                            )
                            .expect("pattern validated at codegen time")
                    });
                    if !RE.is_match(&(*_item)) {
                        violations
                            .push(
                                ::prost_protovalidate::Violation::new(
                                    "",
                                    "string.pattern",
                                    "does not match regex pattern `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`",
                                ),
                            );
                    }
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("categories", _idx_u64);
                violations.push(_v);
            }
        }
        if self.divisions.len() > 32usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "divisions",
                        "repeated.max_items",
                        "must have at most 32 items",
                    ),
                );
        }
        {
            let mut _seen = ::std::collections::HashSet::new();
            for item in &self.divisions {
                if !_seen.insert(item) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "divisions",
                                "repeated.unique",
                                "items must be unique",
                            ),
                        );
                    break;
                }
            }
        }
        for (_idx, _item) in self.divisions.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                {
                    static RE: ::std::sync::LazyLock<
                        crate::validation::Pattern,
                    > = ::std::sync::LazyLock::new(|| {
                        crate::validation::Pattern::new(
                                "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                            )
                            .expect("pattern validated at codegen time")
                    });
                    if !RE.is_match(&(*_item)) {
                        violations
                            .push(
                                ::prost_protovalidate::Violation::new(
                                    "",
                                    "string.pattern",
                                    "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                                ),
                            );
                    }
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("divisions", _idx_u64);
                violations.push(_v);
            }
        }
        #[allow(unused_comparisons)]
        if self.daily_budget < 0i32 || self.daily_budget > 1000i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "daily_budget",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1000",
                );
            violations.push(violation);
        }
        if self.time_zone.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "time_zone",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if ![0i32, 1i32, 2i32, 3i32].contains(&self.state) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "state",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if [3i32].contains(&self.state) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "state",
                        "enum.not_in",
                        "must not be in list [3]",
                    ),
                );
        }
        if self.webhook_url.chars().count() > 2048usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "webhook_url",
                        "string.max_len",
                        "value length must be at most 2048 characters",
                    ),
                );
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::WishFits {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.item {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("item");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::OfferMade {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.quantity {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("quantity");
                    violations.push(_viol);
                }
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.recurrence {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("recurrence");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CreateSubscriptionRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.subscription.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "subscription",
                        "required",
                        "value is required",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.subscription {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("subscription");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CreateSubscriptionResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.subscription {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("subscription");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetSubscriptionRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetSubscriptionResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.subscription {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("subscription");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListSubscriptionsRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if !self.organization.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.organization) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "organization",
                                "string.pattern",
                                "does not match regex pattern `^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        #[allow(unused_comparisons)]
        if self.page_size < 0i32 || self.page_size > 1000i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "page_size",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1000",
                );
            violations.push(violation);
        }
        if self.page_token.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "page_token",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListSubscriptionsResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        for (_idx, _item) in self.subscriptions.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("subscriptions", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::UpdateSubscriptionRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if self.subscription.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "subscription",
                        "required",
                        "value is required",
                    ),
                );
        }
        if self.update_mask.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "update_mask",
                        "required",
                        "value is required",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _fm) = self.update_mask {
            let _allowed: &[&str] = &[
                "categories",
                "divisions",
                "daily_budget",
                "time_zone",
                "state",
                "webhook_url",
                "offers",
            ];
            if !_fm
                .paths
                .iter()
                .all(|_p| {
                    _allowed
                        .iter()
                        .any(|_a| {
                            ::prost_protovalidate::validators::fieldmask_covers(_a, _p)
                        })
                })
            {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "update_mask",
                            "field_mask.in",
                            "must only contain allowed paths",
                        ),
                    );
            }
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.subscription {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("subscription");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::UpdateSubscriptionResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.subscription {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("subscription");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::DeleteSubscriptionRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::RotateSubscriptionSecretRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::RotateSubscriptionSecretResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.subscription {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("subscription");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::TestSubscriptionRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::NotificationFilter {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if !self.organization.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.organization) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "organization",
                                "string.pattern",
                                "does not match regex pattern `^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        if !self.subscription.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.subscription) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "subscription",
                                "string.pattern",
                                "does not match regex pattern `^subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        if ![0i32, 1i32, 2i32].contains(&self.kind) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "kind",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListNotificationsRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        #[allow(unused_comparisons)]
        if self.page_size < 0i32 || self.page_size > 1000i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "page_size",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1000",
                );
            violations.push(violation);
        }
        if self.page_token.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "page_token",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if let ::core::option::Option::Some(ref _nested) = self.filter {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("filter");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::MarkNotificationsSeenRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.names.len() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "names",
                        "repeated.min_items",
                        "must have at least 1 items",
                    ),
                );
        }
        if self.names.len() > 500usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "names",
                        "repeated.max_items",
                        "must have at most 500 items",
                    ),
                );
        }
        {
            let mut _seen = ::std::collections::HashSet::new();
            for item in &self.names {
                if !_seen.insert(item) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "names",
                                "repeated.unique",
                                "items must be unique",
                            ),
                        );
                    break;
                }
            }
        }
        for (_idx, _item) in self.names.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                {
                    static RE: ::std::sync::LazyLock<
                        crate::validation::Pattern,
                    > = ::std::sync::LazyLock::new(|| {
                        crate::validation::Pattern::new(
                                "^notifications/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                            )
                            .expect("pattern validated at codegen time")
                    });
                    if !RE.is_match(&(*_item)) {
                        violations
                            .push(
                                ::prost_protovalidate::Violation::new(
                                    "",
                                    "string.pattern",
                                    "does not match regex pattern `^notifications/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                                ),
                            );
                    }
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("names", _idx_u64);
                violations.push(_v);
            }
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ReferralOffer {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.need) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "need",
                            "string.pattern",
                            "does not match regex pattern `^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.item_ordinal < 1i32 || self.item_ordinal > 32i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "item_ordinal",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 1 and less than or equal to 32",
                );
            violations.push(violation);
        }
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^resources/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.resource) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "resource",
                            "string.pattern",
                            "does not match regex pattern `^resources/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _val) = self.quantity {
            #[allow(unused_comparisons)]
            if (*_val) <= 0i64 || (*_val) > 1099511627776i64 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "quantity",
                    "int64.gt_lte",
                    "int64.gt",
                );
                violation
                    .set_message(
                        "value must be greater than 0 and less than or equal to 1099511627776",
                    );
                violations.push(violation);
            }
        }
        if let ::core::option::Option::Some(ref _dur) = self.answer_within {
            #[allow(unused_comparisons)]
            if (_dur.seconds, _dur.nanos) < (60i64, 0i32)
                || (_dur.seconds, _dur.nanos) > (2592000i64, 0i32)
            {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "answer_within",
                    "duration.gte_lte",
                    "duration.gte",
                );
                violation
                    .set_message(
                        "value must be greater than or equal to 60s and less than or equal to 2592000s",
                    );
                violations.push(violation);
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CreateReferralRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.offer.is_none() {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "offer",
                        "required",
                        "value is required",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _nested) = self.offer {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("offer");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CreateReferralResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.referral {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("referral");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::BatchCreateReferralsRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.offers.len() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "offers",
                        "repeated.min_items",
                        "must have at least 1 items",
                    ),
                );
        }
        if self.offers.len() > 100usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "offers",
                        "repeated.max_items",
                        "must have at most 100 items",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        for (_idx, _item) in self.offers.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("offers", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::BatchCreateReferralsResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        for (_idx, _item) in self.referrals.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("referrals", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::BatchTryCreateReferralsRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if self.offers.len() < 1usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "offers",
                        "repeated.min_items",
                        "must have at least 1 items",
                    ),
                );
        }
        if self.offers.len() > 100usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "offers",
                        "repeated.max_items",
                        "must have at most 100 items",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        for (_idx, _item) in self.offers.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("offers", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::TriedReferral {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.referral {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("referral");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::BatchTryCreateReferralsResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        for (_idx, _item) in self.results.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("results", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::AutoReferRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.need) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "need",
                            "string.pattern",
                            "does not match regex pattern `^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.item_ordinal < 1i32 || self.item_ordinal > 32i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "item_ordinal",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 1 and less than or equal to 32",
                );
            violations.push(violation);
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::AutoReferResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.referral {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("referral");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::AcceptReferralRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _val) = self.quantity {
            #[allow(unused_comparisons)]
            if (*_val) <= 0i64 || (*_val) > 1099511627776i64 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "quantity",
                    "int64.gt_lte",
                    "int64.gt",
                );
                violation
                    .set_message(
                        "value must be greater than 0 and less than or equal to 1099511627776",
                    );
                violations.push(violation);
            }
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::AcceptReferralResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.referral {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("referral");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::DeclineReferralRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if ![
            0i32, 1i32, 2i32, 3i32, 4i32, 5i32, 6i32, 7i32, 8i32, 9i32, 10i32, 11i32,
            12i32,
        ]
            .contains(&self.reason)
        {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "reason",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if [0i32, 8i32, 9i32].contains(&self.reason) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "reason",
                        "enum.not_in",
                        "must not be in list [0, 8, 9]",
                    ),
                );
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::DeclineReferralResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.referral {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("referral");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::WithdrawReferralRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if ![
            0i32, 1i32, 2i32, 3i32, 4i32, 5i32, 6i32, 7i32, 8i32, 9i32, 10i32, 11i32,
            12i32,
        ]
            .contains(&self.reason)
        {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "reason",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if [0i32, 8i32, 9i32].contains(&self.reason) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "reason",
                        "enum.not_in",
                        "must not be in list [0, 8, 9]",
                    ),
                );
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::WithdrawReferralResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.referral {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("referral");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::StartReferralRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::StartReferralResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.referral {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("referral");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::DeliverReferralRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _val) = self.quantity {
            #[allow(unused_comparisons)]
            if (*_val) <= 0i64 || (*_val) > 1099511627776i64 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "quantity",
                    "int64.gt_lte",
                    "int64.gt",
                );
                violation
                    .set_message(
                        "value must be greater than 0 and less than or equal to 1099511627776",
                    );
                violations.push(violation);
            }
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if self.note.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "note",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::DeliverReferralResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.referral {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("referral");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ConfirmReferralRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _val) = self.rating {
            #[allow(unused_comparisons)]
            if (*_val) < 1i32 || (*_val) > 5i32 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "rating",
                    "int32.gte_lte",
                    "int32.gte",
                );
                violation
                    .set_message(
                        "value must be greater than or equal to 1 and less than or equal to 5",
                    );
                violations.push(violation);
            }
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ConfirmReferralResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.referral {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("referral");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::DisputeReferralRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if ![
            0i32, 1i32, 2i32, 3i32, 4i32, 5i32, 6i32, 7i32, 8i32, 9i32, 10i32, 11i32,
            12i32,
        ]
            .contains(&self.reason)
        {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "reason",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if [0i32, 8i32, 9i32].contains(&self.reason) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "reason",
                        "enum.not_in",
                        "must not be in list [0, 8, 9]",
                    ),
                );
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::DisputeReferralResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.referral {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("referral");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CancelReferralRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if ![
            0i32, 1i32, 2i32, 3i32, 4i32, 5i32, 6i32, 7i32, 8i32, 9i32, 10i32, 11i32,
            12i32,
        ]
            .contains(&self.reason)
        {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "reason",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if [0i32, 8i32, 9i32].contains(&self.reason) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "reason",
                        "enum.not_in",
                        "must not be in list [0, 8, 9]",
                    ),
                );
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _val) = self.quantity {
            #[allow(unused_comparisons)]
            if (*_val) < 0i64 || (*_val) > 1099511627776i64 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "quantity",
                    "int64.gte_lte",
                    "int64.gte",
                );
                violation
                    .set_message(
                        "value must be greater than or equal to 0 and less than or equal to 1099511627776",
                    );
                violations.push(violation);
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::CancelReferralResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.referral {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("referral");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::FailReferralRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        if ![
            0i32, 1i32, 2i32, 3i32, 4i32, 5i32, 6i32, 7i32, 8i32, 9i32, 10i32, 11i32,
            12i32,
        ]
            .contains(&self.reason)
        {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "reason",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if [0i32, 8i32, 9i32].contains(&self.reason) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "reason",
                        "enum.not_in",
                        "must not be in list [0, 8, 9]",
                    ),
                );
        }
        if self.etag.chars().count() > 64usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "etag",
                        "string.max_len",
                        "value length must be at most 64 characters",
                    ),
                );
        }
        if !self.request_id.is_empty() {
            if self.request_id.is_empty() {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid_empty",
                            "string.uuid",
                        ),
                    );
            } else if !(::prost_protovalidate::validators::is_uuid(&self.request_id)) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new_constraint(
                            "request_id",
                            "string.uuid",
                            "string.uuid",
                        ),
                    );
            }
        }
        if let ::core::option::Option::Some(ref _val) = self.quantity {
            #[allow(unused_comparisons)]
            if (*_val) < 0i64 || (*_val) > 1099511627776i64 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "quantity",
                    "int64.gte_lte",
                    "int64.gte",
                );
                violation
                    .set_message(
                        "value must be greater than or equal to 0 and less than or equal to 1099511627776",
                    );
                violations.push(violation);
            }
        }
        if let ::core::option::Option::Some(ref _val) = self.returned_quantity {
            #[allow(unused_comparisons)]
            if (*_val) < 0i64 || (*_val) > 1099511627776i64 {
                let mut violation = ::prost_protovalidate::Violation::new_constraint(
                    "returned_quantity",
                    "int64.gte_lte",
                    "int64.gte",
                );
                violation
                    .set_message(
                        "value must be greater than or equal to 0 and less than or equal to 1099511627776",
                    );
                violations.push(violation);
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::FailReferralResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.referral {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("referral");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetReferralRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        {
            static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
            {
                crate::validation::Pattern::new(
                        "^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                    )
                    .expect("pattern validated at codegen time")
            });
            if !RE.is_match(&self.name) {
                violations
                    .push(
                        ::prost_protovalidate::Violation::new(
                            "name",
                            "string.pattern",
                            "does not match regex pattern `^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                        ),
                    );
            }
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetReferralResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if let ::core::option::Option::Some(ref _nested) = self.referral {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("referral");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ReferralFilter {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if !self.need.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.need) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "need",
                                "string.pattern",
                                "does not match regex pattern `^needs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        if !self.resource.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^resources/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.resource) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "resource",
                                "string.pattern",
                                "does not match regex pattern `^resources/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        if !self.organization.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.organization) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "organization",
                                "string.pattern",
                                "does not match regex pattern `^organizations/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                            ),
                        );
                }
            }
        }
        if self.states.len() > 11usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "states",
                        "repeated.max_items",
                        "must have at most 11 items",
                    ),
                );
        }
        for (_idx, _item) in self.states.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                if ![
                    0i32, 1i32, 2i32, 3i32, 4i32, 5i32, 6i32, 7i32, 8i32, 9i32, 10i32,
                    11i32,
                ]
                    .contains(&(*_item))
                {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.defined_only",
                                "value must be one of the defined enum values",
                            ),
                        );
                }
                if [0i32].contains(&(*_item)) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "",
                                "enum.not_in",
                                "must not be in list [0]",
                            ),
                        );
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("states", _idx_u64);
                violations.push(_v);
            }
        }
        if !self.division.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.division) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "division",
                                "string.pattern",
                                "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                            ),
                        );
                }
            }
        }
        if self.referrals.len() > 100usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "referrals",
                        "repeated.max_items",
                        "must have at most 100 items",
                    ),
                );
        }
        {
            let mut _seen = ::std::collections::HashSet::new();
            for item in &self.referrals {
                if !_seen.insert(item) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "referrals",
                                "repeated.unique",
                                "items must be unique",
                            ),
                        );
                    break;
                }
            }
        }
        for (_idx, _item) in self.referrals.iter().enumerate() {
            let mut _local_violations: ::std::vec::Vec<
                ::prost_protovalidate::Violation,
            > = ::std::vec::Vec::new();
            {
                let violations = &mut _local_violations;
                {
                    static RE: ::std::sync::LazyLock<
                        crate::validation::Pattern,
                    > = ::std::sync::LazyLock::new(|| {
                        crate::validation::Pattern::new(
                                "^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                            )
                            .expect("pattern validated at codegen time")
                    });
                    if !RE.is_match(&(*_item)) {
                        violations
                            .push(
                                ::prost_protovalidate::Violation::new(
                                    "",
                                    "string.pattern",
                                    "does not match regex pattern `^referrals/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`",
                                ),
                            );
                    }
                }
            }
            let _idx_u64: u64 = _idx as u64;
            for mut _v in _local_violations {
                _v.prepend_rule_path("repeated.items");
                _v.prepend_index("referrals", _idx_u64);
                violations.push(_v);
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListReferralsRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        #[allow(unused_comparisons)]
        if self.page_size < 0i32 || self.page_size > 1000i32 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "page_size",
                "int32.gte_lte",
                "int32.gte",
            );
            violation
                .set_message(
                    "value must be greater than or equal to 0 and less than or equal to 1000",
                );
            violations.push(violation);
        }
        if self.page_token.chars().count() > 512usize {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "page_token",
                        "string.max_len",
                        "value length must be at most 512 characters",
                    ),
                );
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if ![0i32, 1i32].contains(&self.order_by) {
            violations
                .push(
                    ::prost_protovalidate::Violation::new(
                        "order_by",
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                    ),
                );
        }
        if let ::core::option::Option::Some(ref _nested) = self.filter {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _nested,
            ) {
                for mut _viol in _e.into_violations() {
                    _viol.prepend_field_path("filter");
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::ListReferralsResponse {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        for (_idx, _item) in self.referrals.iter().enumerate() {
            if let ::core::result::Result::Err(_e) = ::prost_protovalidate::Validate::validate(
                _item,
            ) {
                let _idx_u64: u64 = _idx as u64;
                for mut _viol in _e.into_violations() {
                    _viol.prepend_index("referrals", _idx_u64);
                    violations.push(_viol);
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
impl ::prost_protovalidate::Validate for wishwell::v1::GetSupervisionRequest {
    fn validate(
        &self,
    ) -> ::core::result::Result<(), ::prost_protovalidate::ValidationError> {
        let mut violations = ::std::vec::Vec::new();
        if !self.division.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.division) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "division",
                                "string.pattern",
                                "does not match regex pattern `^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$`",
                            ),
                        );
                }
            }
        }
        #[allow(unused_comparisons)]
        if self.min_position < 0i64 {
            let mut violation = ::prost_protovalidate::Violation::new_constraint(
                "min_position",
                "int64.gte",
                "int64.gte",
            );
            violation.set_message("value must be greater than or equal to 0");
            violations.push(violation);
        }
        if !self.category.is_empty() {
            {
                static RE: ::std::sync::LazyLock<crate::validation::Pattern> = ::std::sync::LazyLock::new(||
                {
                    crate::validation::Pattern::new(
                            "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
                        )
                        .expect("pattern validated at codegen time")
                });
                if !RE.is_match(&self.category) {
                    violations
                        .push(
                            ::prost_protovalidate::Violation::new(
                                "category",
                                "string.pattern",
                                "does not match regex pattern `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`",
                            ),
                        );
                }
            }
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(::prost_protovalidate::ValidationError::new(violations))
        }
    }
}
