//! Patches of client-side apply, as the libraries that Helm uses made them, and what they made of the live object.

use release::{
    merge::{Merge, client_side_patch, known_type, merge_patch, strategic::apply_patch},
    object::ObjectId,
    plan::PatchForm,
    schema::Shape,
};
use serde_json::{Value, json};

use crate::check;

/// Our answer to a request, in the oracle's form.
fn merged(request: &Value) -> Value {
    let [original, modified, current] = ["original", "modified", "current"].map(|state| &request[state]);
    let id = ObjectId::of(modified).unwrap();
    let states = Merge { original, modified, current };
    match client_side_patch(&id, &states, request["threeWay"] == true) {
        Err(error) => json!({"error": error.to_string()}),
        Ok(None) => {
            let known = known_type(&id).is_some_and(|of_type| Shape::Struct(of_type).fits(modified));
            let form = if known { "strategic" } else { "merge" };
            json!({"patchType": form, "patch": {}, "result": current})
        }
        Ok(Some((PatchForm::Merge, patch))) => {
            let mut result = current.clone();
            merge_patch(&mut result, &patch);
            json!({"patchType": "merge", "patch": patch, "result": result})
        }
        Ok(Some((PatchForm::Strategic, patch))) => match apply_patch(current, &patch, known_type(&id).unwrap()) {
            Ok(result) => json!({"patchType": "strategic", "patch": patch, "result": result}),
            Err(error) => json!({"patchType": "strategic", "patch": patch, "error": error.to_string()}),
        },
    }
}

#[test]
fn handpicked_patches_are_those_that_helm_would_send() {
    check("merge/handpicked.jsonl", merged);
}

#[test]
fn generated_patches_are_those_that_helm_would_send() {
    check("merge/generated.jsonl", merged);
}
